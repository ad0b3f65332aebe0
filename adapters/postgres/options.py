"""How is PostgreSQL reached, and how long is anything waited for?"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresOptions:
    """`url` is plain `postgresql://user:password@host:port/database?sslmode=...`.

    Behind pgbouncer (`pgbouncer=True`) nothing is prepared under a name that another session
    could meet, and the three limits that the server keeps are those of its role.
    """

    url: str = field(repr=False)
    connections: int = 6  #: for what the lanes write and what people ask
    claiming_connections: int = 2  #: of their own for claims and health: they never queue
    wait_for_connection: timedelta = timedelta(seconds=5)
    connect_for: timedelta = timedelta(seconds=5)
    statement_timeout: timedelta = timedelta(seconds=20)
    lock_timeout: timedelta = timedelta(seconds=5)
    idle_in_transaction_timeout: timedelta = timedelta(seconds=10)
    #: For a server that takes what it is sent and answers nothing.
    answer_for: timedelta = timedelta(seconds=30)
    pgbouncer: bool = False
