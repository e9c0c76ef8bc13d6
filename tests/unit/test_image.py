"""Which image the nodes run: by its digest or its id, and only of this racknet."""

from __future__ import annotations

import re
from unittest.mock import Mock

import pytest
from docker.errors import APIError, NotFound
from requests import Response

from racknet import __version__
from racknet.errors import RacknetError, UsageError
from racknet.output.hints import VERSIONED_IMAGE
from racknet.swarm.image import TITLE, VERSION, Image, check_labels, exact_reference, find_image

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


FOUND = {"Id": ID, "Config": {"Labels": {TITLE: "racknet", VERSION: __version__}}}
ABSENT, WRONG = NotFound("no such image"), APIError("400", response=Mock(spec=Response, status_code=400))


@pytest.mark.parametrize(
    ("name", "inspected", "pulled", "expected"),
    [
        ("x/y", [FOUND], None, Image("x/y", ID)),
        ("x/y", [ABSENT, FOUND], [{"status": "Pulling"}], Image("x/y", ID)),
        ("x/y", [ABSENT], [{"error": "denied"}], "the manager cannot pull x/y: denied"),
        ("x/y", [ABSENT, ABSENT], [], "the manager has no image x/y"),
        ("X", [WRONG], None, "'X' is not the name of an image"),
        (VERSIONED_IMAGE, [ABSENT], None, f"the manager has no image {VERSIONED_IMAGE}"),
    ],
    ids=str,
)
def test_find_image(name: str, inspected: list[object], pulled: list[dict[str, str]] | None, expected: object) -> None:
    """The manager pulls an image that it lacks, but never by the default name."""
    api = Mock(inspect_image=Mock(side_effect=inspected), pull=Mock(return_value=pulled))
    try:
        found: object = find_image(api, name, "10.0.0.1")
    except RacknetError as error:
        found = error.message
    assert found == expected
    assert api.pull.called is (pulled is not None)
