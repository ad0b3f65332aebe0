"""Has every port its adapters and its contract, each under the port's own name?"""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PORTS = sorted(file.stem for file in (ROOT / "application" / "ports").glob("[a-z]*.py"))

#: (assembly, port) whose adapter lies elsewhere, and where. Technology that is the same in
#: every assembly has a folder of its own; so has what stands for a provider.
ELSEWHERE = {
    ("memory", "event_decoder"): "adapters.wire.decoder",
    ("sqlite", "event_decoder"): "adapters.wire.decoder",
    ("sqlite", "accepted_cache"): "adapters.memory.accepted_cache",
    ("sqlite", "clock"): "adapters.system.clock",
    ("sqlite", "sender"): "adapters.outbox.sender",
    ("sqlite", "telemetry"): "adapters.several.telemetry",
    ("postgres", "event_decoder"): "adapters.wire.decoder",
    ("postgres", "accepted_cache"): "adapters.redis.accepted_cache",
    ("postgres", "rate_limiter"): "adapters.redis.rate_limiter",
    ("postgres", "event_source"): "adapters.kafka.event_source",
    ("postgres", "event_publisher"): "adapters.kafka.event_publisher",
    ("postgres", "dead_letter_topic"): "adapters.kafka.dead_letter_topic",
    ("postgres", "sender"): "adapters.smtp.sender",
    ("sqlite", "copies"): "adapters.outbox.copies",
    ("postgres", "copies"): "adapters.outbox.copies",
    ("postgres", "telemetry"): "adapters.several.telemetry",
}

#: (assembly, port) that there is not: in one file nobody else reads a dead-letter topic, and what
#: a twin of a provider has taken is what its tests look at.
NOWHERE = {
    ("sqlite", "dead_letter_outbox"),
    ("sqlite", "dead_letter_topic"),
    ("memory", "copies"),
}

#: Ports without a contract: a pure function of bytes, held to its words by tests of its own.
WITHOUT_CONTRACT = {"event_decoder"}


def protocol(port: str) -> type:
    """The one class that has the name of its file."""
    name = port.title().replace("_", "")
    found = getattr(import_module(f"application.ports.{port}"), name)
    assert isinstance(found, type)
    return found


@pytest.mark.parametrize("port", PORTS)
class TestAPort:
    @pytest.mark.parametrize("assembly", ["memory", "sqlite", "postgres"])
    def test_has_an_adapter_of_its_name_that_inherits_it(self, port: str, assembly: str) -> None:
        if (assembly, port) in NOWHERE:
            assert not (ROOT / "adapters" / assembly / f"{port}.py").exists()
            return
        module = ELSEWHERE.get((assembly, port), f"adapters.{assembly}.{port}")
        adapters = [
            each
            for each in vars(import_module(module)).values()
            if isinstance(each, type)
            and each.__module__ == module
            and protocol(port) in each.__mro__
        ]
        assert len(adapters) == 1

    def test_has_a_contract_of_its_name(self, port: str) -> None:
        has_one = (ROOT / "tests" / "contracts" / f"{port}.py").exists()
        assert has_one is (port not in WITHOUT_CONTRACT)

    def test_promises_something(self, port: str) -> None:
        assert protocol(port).__doc__


class TestTheTableOfWhatLiesElsewhere:
    def test_names_nothing_that_lies_in_its_place(self) -> None:
        in_place = [
            (assembly, port)
            for assembly, port in ELSEWHERE
            if (ROOT / "adapters" / assembly / f"{port}.py").exists()
        ]
        assert in_place == []
