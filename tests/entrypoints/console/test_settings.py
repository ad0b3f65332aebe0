"""Is who may look at the console set so that nobody else can?"""

from __future__ import annotations

import pytest

from domain.api_key import Scope
from entrypoints.load_settings import load_settings
from entrypoints.settings import ApiKeyRule, BadSettings

PROXY = {"console_user_header": "X-Forwarded-User", "console_proxies": "10.0.0.0/8,::1"}


def problems(**settings: object) -> list[str]:
    """The names of what is wrong."""
    with pytest.raises(BadSettings) as refused:
        load_settings(tidings_env="embedded", **settings)
    return [name for name, _ in refused.value.problems]


def test_a_header_that_anybody_could_send_is_refused() -> None:
    assert problems(console_user_header="X-Forwarded-User") == ["CONSOLE_PROXIES"]


def test_a_header_that_nobody_would_ask_for_is_refused() -> None:
    assert problems(**PROXY, api_keys=ApiKeyRule.OFF) == ["API_KEYS"]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("console_proxies", "nginx"),
        ("console_proxies", "10.0.0.0/40"),
        ("console_user_scopes", "root"),
        ("console_user_scopes", "read,send"),
        ("console_user_scopes", ","),
        ("console_user_header", "X Forwarded"),
    ],
)
def test_what_cannot_be_is_refused(name: str, value: str) -> None:
    assert name.upper() in problems(**(PROXY | {name: value}))


def test_behind_a_proxy_nobody_is_let_in_for_being_on_this_machine() -> None:
    assert not load_settings(tidings_env="embedded").needs_keys
    assert load_settings(tidings_env="embedded", **PROXY).needs_keys


def test_who_comes_by_a_proxy_may_read_and_no_more_unless_that_is_said() -> None:
    assert load_settings(tidings_env="embedded", **PROXY).scopes_by_proxy == {Scope.READ}
