"""How does what Twilio says later come in?

Its own module, as only who sends by Twilio needs that library. No key is asked for: the signatures
say who speaks.
"""

from __future__ import annotations

from http import HTTPStatus

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from adapters.twilio.receipts import RefusedCallback, TwilioCallbacks
from domain.errors import TidingsError
from entrypoints.api.bodies import Bodies
from entrypoints.api.problems import Refused, answer, refusal_of
from entrypoints.container import Tidings

PATH = "/v1/callbacks/twilio"
_LARGEST_FORM = 64 * 1024  # bytes
_BY_STATUS = {HTTPStatus.FORBIDDEN: "forbidden", HTTPStatus.BAD_REQUEST: "bad-request"}


def twilio_route(callbacks: TwilioCallbacks, tidings: Tidings) -> Route:
    bodies = Bodies()

    async def hear(request: Request) -> Response:
        try:
            async with bodies.of(request, most=_LARGEST_FORM) as form:
                query = request.scope["query_string"].decode("latin-1")
                signature = request.headers.get("X-Twilio-Signature")
                heard = callbacks.receive(query, form, signature, now=tidings.clock.now())
                if isinstance(heard, RefusedCallback):
                    raise Refused(_BY_STATUS[HTTPStatus(heard.status)], heard.words)
                await tidings.receive_receipts([heard])
        except TidingsError as error:
            return answer(refusal_of(error))
        return Response(status_code=HTTPStatus.NO_CONTENT)

    return Route(PATH, hear, methods=["POST"])
