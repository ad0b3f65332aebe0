"""Which tables does the file hold, and in which version?

Versions only ever add. `PRAGMA user_version` tells how many of these steps a file has seen.
Step 1 is open until 0.1.0 is released: what changes before stands in it, and a file that was made
without what it names is refused. Instants are whole microseconds since 1970, UTC.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing

from application.errors import StoreUnavailable

STEPS: tuple[str, ...] = (
    """
    CREATE TABLE records (
        offset      INTEGER PRIMARY KEY AUTOINCREMENT,
        value       BLOB,
        appended_at INTEGER NOT NULL,
        traceparent TEXT
    ) STRICT;

    CREATE TABLE places (
        reader      TEXT PRIMARY KEY,
        next_offset INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    -- An event's notifications are found by their ids, which follow from it and the channel.
    -- n numbers the rows in the order of acceptance: the trail hangs on it, so that what is
    -- written together lies together.
    CREATE TABLE notifications (
        n             INTEGER PRIMARY KEY,
        id            BLOB NOT NULL UNIQUE,
        event_id      TEXT NOT NULL,
        channel       TEXT NOT NULL,
        message_type  TEXT NOT NULL,
        address       TEXT NOT NULL,
        recipient_key TEXT NOT NULL,
        occurred_at   INTEGER NOT NULL,
        accepted_at   INTEGER NOT NULL,
        topic         TEXT NOT NULL,
        partition     INTEGER NOT NULL,
        record_offset INTEGER NOT NULL,
        digest        BLOB NOT NULL,
        body          BLOB NOT NULL,
        status        TEXT NOT NULL,
        since         INTEGER NOT NULL,
        expires_at    INTEGER,
        moves         INTEGER NOT NULL,
        due_at        INTEGER,
        waiting_for   TEXT,
        begun_at      INTEGER,
        resends       INTEGER NOT NULL,
        rescues       INTEGER NOT NULL,
        provider_id   TEXT,
        lease         BLOB,
        CHECK (status <> 'SENDING' OR lease IS NOT NULL)
    ) STRICT;
    -- By blocks of 8192 rows: in one order of all recipients each row would have a page of its
    -- own, at a million rows, that is written for it alone.
    CREATE INDEX notifications_by_recipient ON notifications (n >> 13, recipient_key);
    CREATE INDEX notifications_due ON notifications (channel, due_at)
        WHERE due_at IS NOT NULL AND lease IS NULL;
    CREATE INDEX notifications_in_hand ON notifications (lease) WHERE lease IS NOT NULL;
    -- For who reads. The first holds what never changes, and grows at its end alone; the
    -- second never sees what is handed over at once and taken.
    CREATE INDEX notifications_by_time ON notifications (accepted_at, channel, message_type);
    CREATE INDEX notifications_standing
        ON notifications (status, channel, waiting_for, accepted_at)
        WHERE status NOT IN ('SENDING', 'SENT');

    CREATE TABLE trail (
        n           INTEGER NOT NULL,
        number      INTEGER NOT NULL,
        at          INTEGER NOT NULL,
        by          TEXT NOT NULL,
        came_from   TEXT,
        status      TEXT NOT NULL,
        generation  INTEGER NOT NULL,
        attempt     INTEGER NOT NULL,
        due_at      INTEGER,
        waiting_for TEXT,
        failure     TEXT,
        words       TEXT NOT NULL,
        rule        TEXT NOT NULL,
        PRIMARY KEY (n, number)
    ) STRICT, WITHOUT ROWID;
    CREATE TRIGGER trail_is_never_updated BEFORE UPDATE ON trail
        BEGIN SELECT RAISE(ABORT, 'the audit trail is never updated'); END;

    CREATE TABLE sightings (
        notification_id BLOB NOT NULL,
        topic           TEXT NOT NULL,
        partition       INTEGER NOT NULL,
        record_offset   INTEGER NOT NULL,
        event_id        TEXT NOT NULL,
        kind            TEXT NOT NULL,
        seen_at         INTEGER NOT NULL,
        body            BLOB,
        PRIMARY KEY (notification_id, topic, partition, record_offset)
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE dead_letters (
        id              BLOB PRIMARY KEY,
        reason          TEXT NOT NULL,
        error           TEXT NOT NULL,
        failed_at       INTEGER NOT NULL,
        topic           TEXT NOT NULL,
        partition       INTEGER NOT NULL,
        record_offset   INTEGER NOT NULL,
        body            BLOB NOT NULL,
        notification_id BLOB,
        event_id        TEXT,
        channel         TEXT,
        generation      INTEGER,
        attempts        INTEGER NOT NULL,
        message_type    TEXT,
        settled_as      TEXT,
        settled_at      INTEGER,
        settled_by      TEXT,
        settled_why     TEXT
    ) STRICT;
    CREATE INDEX dead_letters_by_time ON dead_letters (failed_at);
    CREATE INDEX dead_letters_of_notification ON dead_letters (notification_id)
        WHERE notification_id IS NOT NULL;
    CREATE INDEX dead_letters_open ON dead_letters (reason) WHERE settled_as IS NULL;

    CREATE TABLE leases (
        token    BLOB PRIMARY KEY,
        worker   TEXT NOT NULL,
        until_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE rate_ledgers (
        key            TEXT PRIMARY KEY,
        ledger         BLOB NOT NULL,
        forgettable_at INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX rate_ledgers_forgettable ON rate_ledgers (forgettable_at);

    -- Sessions of the console are keys too: of another key, and soon over.
    CREATE TABLE api_keys (
        id         TEXT PRIMARY KEY,
        name       TEXT NOT NULL,
        hash       BLOB NOT NULL,
        scopes     TEXT NOT NULL,
        made_at    INTEGER NOT NULL,
        made_by    TEXT NOT NULL,
        session_of TEXT,
        expires_at INTEGER,
        revoked_at INTEGER,
        used_at    INTEGER
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE pauses (
        channel   TEXT PRIMARY KEY,
        paused_at INTEGER NOT NULL,
        paused_by TEXT NOT NULL,
        why       TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE audit_log (
        n      INTEGER PRIMARY KEY,
        at     INTEGER NOT NULL,
        by     TEXT NOT NULL,
        action TEXT NOT NULL,
        about  TEXT NOT NULL,
        words  TEXT NOT NULL
    ) STRICT;
    CREATE TRIGGER audit_log_is_never_updated BEFORE UPDATE ON audit_log
        BEGIN SELECT RAISE(ABORT, 'the audit log is never updated'); END;

    -- What a provider said before its hand-over's outcome was written waits here.
    CREATE TABLE receipts (
        n               INTEGER PRIMARY KEY,
        notification_id BLOB NOT NULL,
        generation      INTEGER NOT NULL,
        attempt         INTEGER NOT NULL,
        verdict         TEXT NOT NULL,
        provider_id     TEXT,
        words           TEXT NOT NULL,
        rule            TEXT NOT NULL,
        received_at     INTEGER NOT NULL,
        UNIQUE (notification_id, generation, attempt, verdict)
    ) STRICT;
    """,
)

VERSION = len(STEPS)

_NAMES = "SELECT name FROM sqlite_schema WHERE name NOT LIKE 'sqlite_%'"
_COLUMNS = """SELECT made.name || '.' || held.name
    FROM sqlite_schema AS made, pragma_table_info(made.name) AS held WHERE made.type = 'table'"""


def refuse_a_draft(connection: sqlite3.Connection) -> None:
    """Of a file of this version. Raises StoreUnavailable."""
    with closing(sqlite3.connect(":memory:")) as wanted:
        wanted.executescript("".join(STEPS))
        lacking = sorted(_named(wanted) - _named(connection))
    if lacking:
        raise StoreUnavailable(
            f"the data is of a version {VERSION} before 0.1.0, without {', '.join(lacking)}",
            fix="begin with a new data folder; only the Tidings that made this one can read it",
        )


def _named(connection: sqlite3.Connection) -> set[str]:
    return {name for (name,) in connection.execute(f"{_NAMES} UNION ALL {_COLUMNS}")}
