"""Is a plain URL understood, and is what is wrong with one said without its password?"""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from adapters.postgres.options import PostgresOptions
from adapters.postgres.url import endpoint
from application.errors import StoreUnavailable

PLAIN = "postgresql://ada:s3cret@db.example.com:5433/tidings"


def problem_of(url: str) -> StoreUnavailable:
    with pytest.raises(StoreUnavailable) as caught:
        endpoint(url)
    return caught.value


class TestAPlainUrl:
    def test_becomes_the_drivers(self) -> None:
        url = endpoint(PLAIN).url
        assert url.drivername == "postgresql+asyncpg"
        assert (url.username, url.password) == ("ada", "s3cret")
        assert (url.host, url.port, url.database) == ("db.example.com", 5433, "tidings")

    def test_may_be_written_as_it_used_to_be(self) -> None:
        assert endpoint(PLAIN.replace("postgresql", "postgres")).url == endpoint(PLAIN).url

    def test_may_escape_what_its_password_holds(self) -> None:
        assert endpoint("postgresql://ada:p%40%2F%3A@h/d").url.password == "p@/:"

    def test_shows_no_password(self) -> None:
        where = endpoint(PLAIN)
        shown = f"{where.shown} {where!r} {PostgresOptions(url=PLAIN)!r}"
        assert "s3cret" not in shown
        assert "db.example.com:5433/tidings" in where.shown


class TestSslMode:
    def test_is_as_careful_as_it_can_be_if_not_given(self) -> None:
        assert endpoint(PLAIN).ssl == "prefer"

    def test_may_be_off(self) -> None:
        assert endpoint(f"{PLAIN}?sslmode=disable").ssl is False

    @pytest.mark.parametrize(
        ("mode", "verified", "named"),
        [
            ("require", ssl.CERT_NONE, False),
            ("verify-ca", ssl.CERT_REQUIRED, False),
            ("verify-full", ssl.CERT_REQUIRED, True),
        ],
    )
    def test_verifies_what_it_says(self, mode: str, verified: ssl.VerifyMode, named: bool) -> None:
        context = endpoint(f"{PLAIN}?sslmode={mode}").ssl
        assert isinstance(context, ssl.SSLContext)
        assert context.verify_mode is verified
        assert context.check_hostname is named

    def test_takes_the_systems_certificates(self) -> None:
        url = f"{PLAIN}?sslmode=verify-full&sslrootcert=system"
        assert isinstance(endpoint(url).ssl, ssl.SSLContext)

    def test_says_that_its_certificates_are_not_there(self, tmp_path: Path) -> None:
        url = f"{PLAIN}?sslmode=verify-full&sslrootcert={tmp_path}/root.pem"
        assert "root.pem" in problem_of(url).problem

    def test_that_is_not_known_is_refused(self) -> None:
        problem = problem_of(f"{PLAIN}?sslmode=verify")
        assert "sslmode=verify is not known" in problem.problem
        assert "verify-full" in problem.fix


class TestAUrlThatIsNone:
    @pytest.mark.parametrize(
        ("url", "problem"),
        [
            ("s3cret", "it is no URL"),
            ("", "it is no URL"),
            ("postgresql://ada:s3cret@h:port/d", "it is no URL"),
            ("mysql://ada:s3cret@h/d", "it begins with mysql://"),
            ("prisma+postgres://h/?api_key=s3cret", "it begins with prisma+postgres://"),
            ("postgresql+psycopg://ada:s3cret@h/d", "it begins with postgresql+psycopg://"),
            ("postgresql:///tidings", "it names no host"),
            ("postgresql://ada:s3cret@h", "it names no database"),
            (f"{PLAIN}?schema=s3cret", "the parameter schema is not known"),
            (f"{PLAIN}?sslmode=require&options=s3cret", "the parameter options is not known"),
        ],
        ids=["word", "nothing", "port", "other", "prisma", "driver", "host", "base", "p", "o"],
    )
    def test_is_refused_with_what_to_write(self, url: str, problem: str) -> None:
        error = problem_of(url)
        assert problem in error.problem
        assert "postgresql://" in error.fix or "leave it out" in error.fix
        assert "s3cret" not in f"{error}{error.__cause__}"
