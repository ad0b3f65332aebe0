"""How does a test ask a running program over HTTP, as anybody would?"""

from __future__ import annotations

import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any


def free_port() -> int:
    """Nobody has it now; it is taken at once."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port: int = probe.getsockname()[1]
    return port


@dataclass(frozen=True, slots=True)
class Site:
    port: int
    key: str | None = None

    def __call__(self, method: str, path: str, body: object = None) -> tuple[int, Any]:
        """The status, and what the body says; 0 where nobody answers."""
        headers = {"Content-Type": "application/json"}
        if self.key is not None:
            headers["Authorization"] = f"Bearer {self.key}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request(method, path, json.dumps(body) if body else None, headers)
            answer = connection.getresponse()
            text = answer.read().decode()
        except ConnectionError:
            return 0, None
        finally:
            connection.close()
        is_json = "json" in answer.headers.get("Content-Type", "")
        return answer.status, json.loads(text) if is_json else text

    def status(self, path: str) -> int:
        return self("GET", path)[0]
