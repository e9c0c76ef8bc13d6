"""Hosts, and the program in both its forms on them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from support import engine
from support.engine import CommandResult
from support.forms import FORMS, Run, host_with_both
from support.release import Release, make_release
from support.systemd_host import booted_host


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host that no test changes."""
    with host_with_both() as container:
        yield container


@pytest.fixture(scope="module")
def booted() -> Iterator[str]:
    """A Rackspace host that systemd has booted."""
    with booted_host() as container:
        yield container


@pytest.fixture(params=FORMS)
def form(request: pytest.FixtureRequest) -> str:
    """The words that run racknet."""
    return FORMS[request.param]


@pytest.fixture
def run(form: str) -> Run:
    """Run a script with `$racknet` in a container, perhaps by another command.

    What it prints is printable, and no fault ends in a traceback, a signal, or an error without text.
    """

    def run(container: str, script: str, *by: str) -> CommandResult:
        words = ["docker", "exec", "-e", f"racknet={form}", container, *by, "bash", "-c", script]
        result = engine.command(*words)
        assert all(c == "\n" or c.isprintable() for c in result.out + result.err), result
        assert "Traceback" not in result.err
        assert result.status < 128, result
        return result

    return run


@pytest.fixture(scope="session")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    """A clone of the project with its release in dist/, as the forge's workflow makes it, but signed."""
    return make_release(tmp_path_factory.mktemp("release"))
