"""Which image the nodes run: by its digest or its id, and only of this racknet."""

from __future__ import annotations

import re

import pytest

from racknet import __version__
from racknet.errors import UsageError
from racknet.swarm.image import TITLE, VERSION, Image, check_labels, exact_reference

ID, DIGEST, OTHER = "sha256:1d", "sha256:d1", "sha256:d2"


@pytest.mark.parametrize(
    ("name", "digests", "expected"),
    [
        ("racknet/ip:0.1.0", [], ID),
        ("racknet/ip:0.1.0", [f"r.example/racknet/ip@{OTHER}", f"racknet/ip@{DIGEST}"], f"racknet/ip@{DIGEST}"),
        ("racknet/ip", [f"racknet/ip@{DIGEST}"], f"racknet/ip@{DIGEST}"),
        ("racknet/ip", [f"racknet/ip-too@{DIGEST}"], ID),
        ("r.example:5000/ip", [f"r.example:5000/ip@{DIGEST}"], f"r.example:5000/ip@{DIGEST}"),
        ("r.example:5000/ip:1", [f"ip@{OTHER}", f"r.example:5000/ip@{DIGEST}"], f"r.example:5000/ip@{DIGEST}"),
        ("ip", [f"ip@{DIGEST}"], f"ip@{DIGEST}"),
        (f"r.example/ip@{OTHER}", [f"r.example/ip@{DIGEST}"], f"r.example/ip@{OTHER}"),
        (f"r.example/ip:1@{OTHER}", [], f"r.example/ip:1@{OTHER}"),
    ],
)
def test_exact_reference(name: str, digests: list[str], expected: str) -> None:
    """An image goes by its digest in the repository that was named, or else by its id; never by a tag."""
    assert exact_reference(name, {"Id": ID, "RepoDigests": digests}) == expected
    assert exact_reference("ip:1", {"Id": ID, "RepoDigests": None}) == ID


def test_known_as() -> None:
    """An image that a node lacks is called by what people know: its digest, or its name, but never its id."""
    assert Image("racknet/ip:1", ID).known_as == "racknet/ip:1"
    assert Image("racknet/ip:1", f"racknet/ip@{DIGEST}").known_as == f"racknet/ip@{DIGEST}"


def test_labels() -> None:
    """An image without the labels, or of another version, is an error that names it."""
    check_labels("x", {TITLE: "racknet", VERSION: __version__})
    with pytest.raises(UsageError, match=r"^'x' is not an image of racknet$"):
        check_labels("x", {VERSION: __version__})
    with pytest.raises(UsageError, match=rf"^'x' is racknet 0\.0\.9, and this is racknet {re.escape(__version__)}$"):
        check_labels("x", {TITLE: "racknet", VERSION: "0.0.9"})
