"""Is a turn that was given never lost, and a probe neither?"""

from __future__ import annotations

import pytest

from application.errors import StoreUnavailable
from application.ports.rate_limiter import RateAsk, rate_ask
from domain.outcome import Accepted, ProviderDown
from domain.recipient import Recipient
from domain.status import Status, Wait, Waiting
from tests.application.driver import Driver, many
from tests.builders import ADA, NOON, an_id, at, email_channel
from tests.runner import Run


def _asks(*numbers: int) -> list[RateAsk]:
    ada = Recipient(address=ADA, key=ADA)
    return [rate_ask("email", ada, (an_id(number), 1, 1)) for number in numbers]


def _open_circuit(driver: Driver) -> None:
    down = ProviderDown(reason="connection refused")
    for number in range(driver.channel.circuit_policy.opens_after):
        driver.gate.learn(down, of=an_id(number), now=driver.clock.now())
    assert driver.lane.circuit.is_open


class TestAGrantThatHasBecomeTooOld:
    def test_is_taken_again_before_those_that_queue(self, run: Run) -> None:
        gate = Driver(email_channel(limit=2)).gate
        first, second, third = run(gate.admit(_asks(1, 2, 3), now=NOON))
        assert first is second is None
        assert third is not None
        assert not gate.grant_is_fresh(an_id(1), at(2))
        assert run(gate.pace(_asks(1, 2), now=at(2))) == [None, None]
        assert gate.grant_is_fresh(an_id(1), at(2))

    def test_counts_once_and_from_when_it_was_taken_last(self, run: Run) -> None:
        gate = Driver(email_channel(limit=2)).gate
        run(gate.admit(_asks(1, 2), now=NOON))
        run(gate.pace(_asks(1, 2), now=at(2)))
        assert run(gate.admit(_asks(3), now=at(62))) == [
            Waiting(reason=Wait.RATE, until=at(63)),
        ]
        assert run(gate.admit(_asks(3), now=at(63))) == [None]

    def test_is_not_taken_again_while_it_is_fresh(self, run: Run) -> None:
        gate = Driver(email_channel(limit=1)).gate
        run(gate.admit(_asks(1), now=NOON))
        assert gate.grant_is_fresh(an_id(1), at(1))
        assert run(gate.pace(_asks(1), now=at(1))) == [None]
        [waiting] = run(gate.admit(_asks(2), now=at(1)))
        assert waiting == Waiting(reason=Wait.RATE, until=at(61))


class TestTheStoreFailsWhileTheProbeIsAccepted:
    def test_the_probe_is_not_lost(self, run: Run) -> None:
        driver = Driver()
        _open_circuit(driver)
        driver.clock.move_to(at(31))
        driver.hurdles.fail("accept")
        driver.publish("e1")
        assert isinstance(run(driver.turn()), StoreUnavailable)
        assert driver.lane.circuit.probe is None
        assert driver.lane.circuit.may_probe(driver.clock.now())
        assert driver.recorder.in_hand == 0

    def test_the_same_one_closes_the_circuit_when_the_store_is_back(self, run: Run) -> None:
        driver = Driver()
        _open_circuit(driver)
        driver.clock.move_to(at(31))
        driver.hurdles.fail("accept")
        driver.publish("e1")
        run(driver.turn())
        assert run(driver.turn()) is None
        assert driver.status("e1") is Status.SENT
        assert not driver.lane.circuit.is_open

    @pytest.mark.parametrize("call", ["take", "record"])
    def test_nor_is_one_that_was_claimed(self, run: Run, call: str) -> None:
        driver = Driver()
        driver.publish("e1", sendAt=at(31))
        run(driver.turn())
        _open_circuit(driver)
        driver.clock.move_to(at(31))
        driver.hurdles.fail(call)
        assert isinstance(run(driver.turn()), StoreUnavailable)
        assert driver.lane.circuit.probe is None
        assert run(driver.turn()) is None
        assert driver.status("e1") is Status.SENT
        assert not driver.lane.circuit.is_open


class TestOneThatIsStoppedBeforeItStarts:
    def test_a_probe_that_never_began_leaves_its_place_to_another(self, run: Run) -> None:
        driver = Driver()
        _open_circuit(driver)
        asks = _asks(*range(11, 13))
        assert run(driver.gate.admit(asks, now=at(31)))[0] is None
        assert driver.lane.circuit.probe == an_id(11)
        driver.gate.forget(an_id(11))
        assert run(driver.gate.admit(_asks(12), now=at(31))) == [None]
        driver.gate.learn(Accepted(), of=an_id(12), now=at(31))
        assert not driver.lane.circuit.is_open


class TestDuplicatesOfWhatWasSettledLongAgo:
    def test_take_no_turn_from_anybody(self, run: Run) -> None:
        driver = Driver(email_channel(limit=5))
        driver.publish(*many(5), to=ADA)
        run(driver.turn())
        driver.cache.forget_all()
        driver.clock.move_to(at(62))
        driver.publish(*many(5), to=ADA)
        run(driver.turn())
        driver.publish(*many(5, first=6), to=ADA)
        run(driver.turn())
        assert driver.statuses() == {Status.SENT: 10}
        assert set(driver.told.values()) == {1}

    def test_leave_no_phantom_in_the_queue(self, run: Run) -> None:
        driver = Driver(email_channel(limit=2))
        driver.publish(*many(4), to=ADA)
        run(driver.pass_turns(130))
        assert driver.statuses() == {Status.SENT: 4}
        driver.cache.forget_all()
        driver.publish(*many(4), to=ADA)
        run(driver.turn())
        driver.clock.advance(driver.channel.rate_rule.span)
        driver.publish("new-1", "new-2", to=ADA)
        run(driver.turn())
        assert driver.status("new-1") is driver.status("new-2") is Status.SENT
        assert set(driver.told.values()) == {1}
