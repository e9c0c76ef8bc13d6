"""Signals while a job is on the nodes: the first one decides the status, whatever follows."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable

import pytest

from racknet.errors import ExitStatus, SwarmError
from racknet.swarm.signals import ENDING, Ending, SignalledError, ended_in_order

LEFT = SwarmError("cannot remove racknet-1: no leader", "remove by hand: docker service rm racknet-1")


def send(*numbers: int) -> None:
    """Send signals to this process. Python handles each before the next line."""
    for number in numbers:
        os.kill(os.getpid(), number)


def status_of(block: Callable[[Ending], object]) -> object:
    """Return the status with which a block ends."""
    handlers = [signal.getsignal(number) for number in ENDING]
    try:
        with pytest.raises(SystemExit) as end, ended_in_order() as ending:
            block(ending)
    finally:
        assert [signal.getsignal(number) for number in ENDING] == handlers
    return end.value.code


@pytest.mark.parametrize("number", ENDING)
def test_signal(number: int) -> None:
    """A signal ends the block at once."""

    def block(_: Ending) -> None:
        send(number)
        pytest.fail("went on")

    assert status_of(block) == 128 + number


def test_the_first_counts() -> None:
    """Of several signals that are held back, the first decides: not the one with the lowest number."""

    def block(ending: Ending) -> None:
        with ending.held():
            send(signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
            steps.append("held")
        steps.append("after")

    steps: list[str] = []
    assert status_of(block) == 128 + signal.SIGTERM
    assert steps == ["held"]


def test_let_through() -> None:
    """Where a block lets signals through, one that was held back ends it before it begins; what cleans up is whole."""

    def block(ending: Ending) -> None:
        with ending.held():
            try:
                if is_early:
                    send(signal.SIGTERM)
                with ending.let_through():
                    steps.append("waiting")
                    send(signal.SIGTERM)
            finally:
                send(signal.SIGINT)
                steps.append("removed")

    for is_early in (False, True):
        steps: list[str] = []
        assert status_of(block) == 128 + signal.SIGTERM
        assert steps == (["removed"] if is_early else ["waiting", "removed"])


@pytest.mark.parametrize("error", [ValueError(), SystemExit(ExitStatus.USAGE)])
def test_faults_after_a_signal(error: BaseException) -> None:
    """What fails after a signal changes no status."""

    def block(ending: Ending) -> None:
        with ending.held():
            send(signal.SIGHUP)
            raise error

    assert status_of(block) == 128 + signal.SIGHUP


def test_error_after_a_signal() -> None:
    """An error after a signal is still said, since a job may be left; its status is the signal's."""

    def block() -> None:
        with ended_in_order() as ending, ending.held():
            send(signal.SIGINT)
            raise LEFT

    with pytest.raises(SignalledError) as raised:
        block()
    found = raised.value
    assert (found.message, found.hint, found.status) == (LEFT.message, LEFT.hint, ExitStatus.INTERRUPTED)


def test_no_signal() -> None:
    """Without a signal, errors keep their own status."""
    with pytest.raises(SwarmError) as raised, ended_in_order() as ending, ending.held():
        raise LEFT
    assert (raised.value, raised.value.status) == (LEFT, ExitStatus.UNAVAILABLE)
    with ended_in_order() as ending, ending.held(), ending.let_through():
        pass


def test_ignored_signal() -> None:
    """A signal that is ignored at the start stays ignored, as nohup has it."""
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with ended_in_order():
            send(signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)


def test_fault_without_a_signal() -> None:
    """A fault that no signal came before stays what it is."""
    with pytest.raises(ValueError, match="x"), ended_in_order():
        raise ValueError("x")
