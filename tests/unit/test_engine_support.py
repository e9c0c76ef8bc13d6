"""What the tests do on a machine without a `docker` command."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from support import engine


@pytest.fixture
def _no_docker(monkeypatch: pytest.MonkeyPatch) -> None:
    """Empty PATH, so that no command is found."""
    monkeypatch.setenv("PATH", "")


@pytest.mark.usefixtures("_no_docker")
def test_missing_docker() -> None:
    """A test that needs `docker` fails with the message."""
    with pytest.raises(AssertionError, match="docker info: docker: command not found"):
        engine.docker("info")


def test_run_without_docker() -> None:
    """A run of tests that need no engine ends without a traceback."""
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not image"]
    done = subprocess.run(
        [*words, f"{__file__}::test_missing_docker"],
        env={**os.environ, "PATH": ""},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "1 passed" in done.stdout
