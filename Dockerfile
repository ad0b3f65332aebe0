# syntax=docker/dockerfile:1

FROM python:3.13-slim-trixie AS build
WORKDIR /tidings
RUN python -m venv --without-pip /opt/tidings
COPY constraints.txt pyproject.toml README.md ./
COPY adapters adapters
COPY application application
COPY domain domain
COPY entrypoints entrypoints
COPY examples examples
RUN --mount=type=cache,target=/root/.cache/pip \
    pip --python /opt/tidings install --constraint constraints.txt --only-binary :all: '.[production]'

FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin tidings \
    && install --directory --owner tidings --group tidings --mode 700 /data
COPY --from=build /opt/tidings /opt/tidings
ENV PATH=/opt/tidings/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    TIDINGS_DATA=/data
WORKDIR /data
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s --retries=3 CMD ["tidings", "check"]
ENTRYPOINT ["tidings"]
CMD ["--help"]
