"""What does every ApiKeys keep to?"""

from __future__ import annotations

from dataclasses import replace

import pytest

from application.errors import StoreUnavailable
from application.ports.api_keys import ApiKeys
from domain.api_key import ApiKey, Scope, hash_of
from tests.contracts.database import Database, DatabaseContract, Ports
from tests.contracts.given import BY, NOW, SECOND
from tests.runner import Run

KEY = ApiKey(
    id="k1",
    name="the shop",
    hash=hash_of("secret"),
    scopes=frozenset({Scope.SEND, Scope.READ}),
    made_at=NOW,
    made_by=BY,
)
SESSION = replace(KEY, id="s1", session_of="k1", expires_at=NOW + 60 * SECOND)


class ApiKeysContract(DatabaseContract):
    @pytest.fixture
    def keys(self, ports: Ports) -> ApiKeys:
        assert ports.api_keys is not None
        return ports.api_keys

    def test_a_key_is_found_as_it_was_added(self, keys: ApiKeys, run: Run) -> None:
        run(keys.add(KEY))
        run(keys.add(SESSION))
        assert run(keys.find("k1")) == KEY
        assert run(keys.find("s1")) == SESSION
        assert run(keys.find("k2")) is None

    def test_adding_one_whose_id_is_taken_changes_nothing(self, keys: ApiKeys, run: Run) -> None:
        run(keys.add(KEY))
        run(keys.add(replace(KEY, name="another", hash=hash_of("another"))))
        assert run(keys.find("k1")) == KEY

    def test_all_are_those_that_are_no_sessions_oldest_first(self, keys: ApiKeys, run: Run) -> None:
        later = replace(KEY, id="k0", made_at=NOW + SECOND)
        for key in (later, KEY, SESSION):
            run(keys.add(key))
        assert list(run(keys.all())) == [KEY, later]

    def test_what_is_revoked_stays_so_as_of_the_first_time(self, keys: ApiKeys, run: Run) -> None:
        run(keys.add(KEY))
        assert run(keys.revoke("k1", now=NOW + SECOND)) is True
        assert run(keys.revoke("k1", now=NOW + 2 * SECOND)) is False
        assert run(keys.revoke("k2", now=NOW)) is False
        assert run(keys.find("k1")) == replace(KEY, revoked_at=NOW + SECOND)

    def test_a_session_is_revoked_once_its_key_is(self, keys: ApiKeys, run: Run) -> None:
        run(keys.add(KEY))
        run(keys.add(SESSION))
        run(keys.revoke("k1", now=NOW + SECOND))
        assert run(keys.find("s1")) == replace(SESSION, revoked_at=NOW + SECOND)

    def test_revoking_a_session_leaves_its_key(self, keys: ApiKeys, run: Run) -> None:
        run(keys.add(KEY))
        run(keys.add(SESSION))
        assert run(keys.revoke("s1", now=NOW)) is True
        assert run(keys.find("k1")) == KEY

    def test_the_last_use_never_moves_back(self, keys: ApiKeys, run: Run) -> None:
        run(keys.add(KEY))
        run(keys.used("k1", now=NOW + SECOND))
        run(keys.used("k1", now=NOW))
        run(keys.used("k2", now=NOW))
        assert run(keys.find("k1")) == replace(KEY, used_at=NOW + SECOND)

    def test_a_session_was_used_when_its_key_was(self, keys: ApiKeys, run: Run) -> None:
        run(keys.add(KEY))
        run(keys.add(SESSION))
        run(keys.used("k1", now=NOW + SECOND))
        assert run(keys.find("s1")) == replace(SESSION, used_at=NOW + SECOND)

    def test_sessions_that_are_over_are_forgotten_when_another_begins(
        self, keys: ApiKeys, run: Run
    ) -> None:
        run(keys.add(KEY))
        run(keys.add(SESSION))
        begins_at = NOW + 60 * SECOND
        run(keys.add(replace(SESSION, id="s2", made_at=begins_at, expires_at=begins_at + SECOND)))
        assert run(keys.find("s1")) is None
        assert run(keys.find("s2")) is not None

    def test_it_raises_store_unavailable(self, database: Database, keys: ApiKeys, run: Run) -> None:
        run(database.go_away())
        with pytest.raises(StoreUnavailable):
            run(keys.add(KEY))
        with pytest.raises(StoreUnavailable):
            run(keys.find("k1"))
