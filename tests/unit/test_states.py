"""How interfaces do, as psutil tells it."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import patch

import psutil
import pytest

from racknet.host.states import read_states


def test_states_of_this_machine() -> None:
    """The MTU of the loopback interface is the kernel's, and it has a carrier."""
    state = read_states()["lo"]
    assert state.mtu == int(Path("/sys/class/net/lo/mtu").read_text())
    assert state.has_carrier is True


@pytest.mark.parametrize("error", [OSError(95, "no SIOCETHTOOL"), SystemError("odd name"), UnicodeError("odd name")])
def test_states_that_cannot_be_read(error: Exception) -> None:
    """Where psutil fails, nothing is known."""
    with patch.object(psutil, "net_if_stats", side_effect=error):
        assert read_states() == {}
