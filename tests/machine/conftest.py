"""What the machines showed, in the summary of the tests: also what their kernels could not show."""

from __future__ import annotations

import pytest

REPORT = pytest.StashKey[list[str]]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Print a line for each machine."""
    for line in config.stash.get(REPORT, []):
        terminalreporter.write_line(line)
