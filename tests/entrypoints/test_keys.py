"""Are keys made, looked at and revoked as a person does it?"""

from __future__ import annotations

import msgspec

from domain.api_key import Scope
from entrypoints import exit_codes
from entrypoints.answers import CreatedKey, Key, Keys
from tests.entrypoints.asking import Site, free_port
from tests.entrypoints.program import Program


class TestAKey:
    def test_is_shown_once_and_ends_when_it_is_revoked(self, program: Program) -> None:
        made = program("keys", "create", "the shop", "--scope", "READ", "--by", "Linus", "--json")
        created = msgspec.json.decode(made.out, type=CreatedKey)
        assert (created.of.name, created.of.scopes) == ("the shop", ["read"])
        port = free_port()
        with program.with_(API_PORT=str(port), API_KEYS="required").running("up") as up:
            up.wait_until(lambda: Site(port).status("/health/ready") == 200)
            assert Site(port).status("/v1/notifications") == 401
            assert Site(port, created.key).status("/v1/notifications") == 200
            assert Site(port, created.key)("POST", "/v1/events", {"eventId": "a"})[0] == 403
            listed = program("keys", "list", "--json")
            [key] = msgspec.json.decode(listed.out, type=Keys).items
            assert key.used_at is not None
            assert created.key.rpartition("_")[2] not in listed.out
            revoked = program("keys", "revoke", key.id, "--by", "Linus", "--json")
            assert msgspec.json.decode(revoked.out, type=Key).revoked_at is not None
            up.wait_until(lambda: Site(port, created.key).status("/v1/notifications") == 401)
            assert up.stop().code == exit_codes.DONE
        told = program("audit").said
        assert "key created" in told
        assert "key revoked" in told

    def test_can_be_revoked_by_what_a_narrow_terminal_shows(self, program: Program) -> None:
        narrow = program.with_(COLUMNS="80", TERM="dumb")
        scopes = [word for scope in Scope for word in ("--scope", scope)]
        made = program("keys", "create", "a" * 40, *scopes, "--by", "Linus", "--json")
        listed = narrow("keys", "list").out
        assert msgspec.json.decode(made.out, type=CreatedKey).of.id in listed
        assert "…" not in listed
        assert max(map(len, listed.splitlines())) <= 80

    def test_needs_a_scope_that_there_is(self, program: Program) -> None:
        ended = program("keys", "create", "the shop", "--scope", "root", "--by", "Linus")
        assert ended.code == exit_codes.USAGE
        assert "send, read, personal, operate" in ended.said

    def test_that_there_is_not_cannot_be_revoked(self, program: Program) -> None:
        program("keys", "create", "the shop", "--scope", "send", "--by", "Linus")
        ended = program("keys", "revoke", "0000", "--by", "Linus")
        assert ended.code == exit_codes.NOT_ALL
        assert "no key has this id" in ended.said


class TestTheApiOfUp:
    def test_needs_no_key_on_this_machine_alone(self, program: Program) -> None:
        port = free_port()
        with program.with_(API_PORT=str(port)).running("up") as up:
            up.wait_until(lambda: Site(port).status("/v1/notifications") == 200)
            taken = program.with_(API_PORT=str(port))("up", "--data", "elsewhere")
            assert taken.code == exit_codes.NOT_ALL
            assert "set API_PORT to another, or to 0" in taken.said
            assert up.stop().code == exit_codes.DONE

    def test_cannot_do_without_keys_where_others_reach_it(self, program: Program) -> None:
        ended = program.with_(API_KEYS="off", API_HOST="0.0.0.0")("up")
        assert ended.code == exit_codes.USAGE
        assert "API_KEYS" in ended.said
