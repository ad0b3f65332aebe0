"""What can be asked about who did what, and done for a person whose data we hold?

Nothing heavy is imported before it is needed: `--help` must come at once.
"""

from __future__ import annotations

from entrypoints.options import Data, Json, Limit


def audit(limit: Limit = 20, data: Data = None, as_json: Json = False) -> None:
    """Who paused, replayed, discarded, read or erased what, newest first."""
    from entrypoints.commands.audit import audit

    audit(limit=limit, data=data, as_json=as_json)
