"""Which tables does the database hold at first?

Written for a hundred million notifications. What never changes lies apart from what changes
at every move, so that a move touches one narrow row and one index beside those that hold
only what is due or in hand. The trail hangs on `n`, which counts in the order of acceptance:
what is written together lies together. Everything else goes by `id`, a function of the event
and its channel, by which also an event's notifications are found.
"""

from __future__ import annotations

from alembic import op

revision = "0001"
down_revision = None

_STATEMENTS = (
    """
    CREATE TABLE notifications (
        n             bigint GENERATED ALWAYS AS IDENTITY,
        id            uuid PRIMARY KEY,
        occurred_at   timestamptz NOT NULL,
        accepted_at   timestamptz NOT NULL,
        record_offset bigint NOT NULL,
        partition     integer NOT NULL,
        topic         text NOT NULL,
        event_id      text NOT NULL,
        channel       text NOT NULL,
        message_type  text NOT NULL,
        address       text NOT NULL,
        recipient_key text NOT NULL,
        digest        bytea NOT NULL,
        body          bytea NOT NULL
    )""",
    "CREATE INDEX notifications_of_recipient ON notifications (recipient_key)",
    "CREATE INDEX notifications_by_time ON notifications (accepted_at, n)",
    """
    CREATE TABLE states (
        n           bigint NOT NULL,
        id          uuid PRIMARY KEY,
        lease       uuid,
        accepted_at timestamptz NOT NULL,
        since       timestamptz NOT NULL,
        due_at      timestamptz,
        begun_at    timestamptz,
        expires_at  timestamptz,
        moves       integer NOT NULL,
        resends     integer NOT NULL,
        rescues     integer NOT NULL,
        channel     text NOT NULL,
        status      text NOT NULL,
        waiting_for text,
        provider_id text,
        CONSTRAINT sending_is_in_a_hand CHECK (status <> 'SENDING' OR lease IS NOT NULL)
    ) WITH (
        fillfactor = 80,
        autovacuum_vacuum_scale_factor = 0.01,
        autovacuum_vacuum_threshold = 5000,
        autovacuum_analyze_scale_factor = 0.02
    )""",
    """
    CREATE INDEX states_due ON states (channel, due_at, n)
        WHERE due_at IS NOT NULL AND lease IS NULL""",
    "CREATE INDEX states_in_hand ON states (lease) WHERE lease IS NOT NULL",
    """
    CREATE INDEX states_standing ON states (status, accepted_at, n)
        INCLUDE (channel, waiting_for) WHERE status NOT IN ('SENDING', 'SENT')""",
    """
    CREATE TABLE trail (
        n           bigint NOT NULL,
        at          timestamptz NOT NULL,
        due_at      timestamptz,
        number      integer NOT NULL,
        generation  integer NOT NULL,
        attempt     integer NOT NULL,
        status      text NOT NULL,
        came_from   text,
        waiting_for text,
        failure     text,
        by          text NOT NULL,
        words       text NOT NULL,
        rule        text NOT NULL,
        PRIMARY KEY (n, number)
    ) WITH (fillfactor = 100, autovacuum_vacuum_insert_scale_factor = 0.05)""",
    """
    CREATE FUNCTION the_trail_is_never_updated() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the audit trail is never updated' USING ERRCODE = 'check_violation';
    END $$""",
    """
    CREATE TRIGGER trail_is_never_updated BEFORE UPDATE OR TRUNCATE ON trail
        FOR EACH STATEMENT EXECUTE FUNCTION the_trail_is_never_updated()""",
    """
    CREATE TABLE sightings (
        notification_id uuid NOT NULL,
        record_offset   bigint NOT NULL,
        partition       integer NOT NULL,
        topic           text NOT NULL,
        seen_at         timestamptz NOT NULL,
        event_id        text NOT NULL,
        kind            text NOT NULL,
        body            bytea,
        PRIMARY KEY (notification_id, topic, partition, record_offset)
    )""",
    """
    CREATE TABLE dead_letters (
        id              uuid PRIMARY KEY,
        notification_id uuid,
        failed_at       timestamptz NOT NULL,
        settled_at      timestamptz,
        record_offset   bigint NOT NULL,
        partition       integer NOT NULL,
        generation      integer,
        attempts        integer NOT NULL,
        published       boolean NOT NULL DEFAULT false,
        topic           text NOT NULL,
        reason          text NOT NULL,
        error           text NOT NULL,
        event_id        text,
        channel         text,
        message_type    text,
        settled_as      text,
        settled_by      text,
        settled_why     text,
        body            bytea NOT NULL
    )""",
    "CREATE INDEX dead_letters_by_time ON dead_letters (failed_at, id)",
    """
    CREATE INDEX dead_letters_open ON dead_letters (failed_at, id) INCLUDE (reason)
        WHERE settled_as IS NULL""",
    "CREATE INDEX dead_letters_unpublished ON dead_letters (failed_at, id) WHERE NOT published",
    """
    CREATE INDEX dead_letters_of_notification ON dead_letters (notification_id)
        WHERE notification_id IS NOT NULL""",
    "CREATE INDEX dead_letters_of_event ON dead_letters (event_id) WHERE event_id IS NOT NULL",
    """
    CREATE TABLE leases (
        token    uuid PRIMARY KEY,
        until_at timestamptz NOT NULL,
        worker   text NOT NULL
    ) WITH (fillfactor = 50)""",
    """
    CREATE TABLE past_keys (
        id          uuid PRIMARY KEY,
        accepted_at timestamptz NOT NULL,
        status      text NOT NULL,
        digest      bytea NOT NULL
    )""",
    """
    CREATE TABLE api_keys (
        id         text PRIMARY KEY,
        made_at    timestamptz NOT NULL,
        expires_at timestamptz,
        revoked_at timestamptz,
        used_at    timestamptz,
        name       text NOT NULL,
        made_by    text NOT NULL,
        scopes     text NOT NULL,
        session_of text,
        hash       bytea NOT NULL
    )""",
    """
    CREATE TABLE pauses (
        channel   text PRIMARY KEY,
        paused_at timestamptz NOT NULL,
        paused_by text NOT NULL,
        why       text NOT NULL
    )""",
    """
    CREATE TABLE audit_log (
        n      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        at     timestamptz NOT NULL,
        by     text NOT NULL,
        action text NOT NULL,
        about  text NOT NULL,
        words  text NOT NULL
    )""",
    """
    CREATE TRIGGER audit_log_is_never_updated BEFORE UPDATE OR TRUNCATE ON audit_log
        FOR EACH STATEMENT EXECUTE FUNCTION the_trail_is_never_updated()""",
    """
    CREATE TABLE receipts (
        n               bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        notification_id uuid NOT NULL,
        received_at     timestamptz NOT NULL,
        generation      integer NOT NULL,
        attempt         integer NOT NULL,
        verdict         text NOT NULL,
        provider_id     text,
        words           text NOT NULL,
        rule            text NOT NULL,
        UNIQUE (notification_id, generation, attempt, verdict)
    )""",
    "CREATE TABLE store (identity uuid NOT NULL)",
    "INSERT INTO store (identity) VALUES (gen_random_uuid())",
)


def upgrade() -> None:
    for statement in _STATEMENTS:
        op.execute(statement)
