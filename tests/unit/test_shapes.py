"""Attributes that are found by a message's shape are those that are found by walking through it."""

from __future__ import annotations

import struct
from unittest.mock import patch

import pytest
from support.fake_kernel import attribute, done, kernel, link, message, number

from racknet.host import shapes as shapes_module
from racknet.host.interfaces import read_links
from racknet.host.netlink import MANY, RTM_NEWLINK, attributes
from racknet.host.shapes import Shapes

# The attributes of messages of one size: their types, their flags, their sizes, their places or their order differ.
ONE_SIZE = [
    attribute(3, b"eth0\0") + number(5, 2) + attribute(18, b"kind") + number(56, 1),
    attribute(3, b"eth10\0") + number(5, 2) + attribute(18, b"kind") + number(56, 1),
    attribute(3, b"eth10\0") + number(10, 2) + attribute(18, b"kind") + number(56, 1),
    attribute(3, b"eth10\0") + number(5, 2) + attribute(0x8000 | 18, b"kind") + number(56, 1),
    number(5, 2) + attribute(3, b"eth10\0") + attribute(18, b"kind") + number(56, 1),
    attribute(3, b"eth0\0") + number(5, 2) + number(5, 3) + number(56, 1),
    attribute(3, b"eth0\0") + attribute(5, number(18, 2)) + attribute(18, b"kind of"),
    attribute(3, b"eth0\0") + attribute(5, b"") + attribute(18, b"") + attribute(56, number(56, 1) + b"more"),
]
WANTED = (3, 5, 18, 56)


def of_shapes(shapes: Shapes, data: bytes) -> dict[int, bytes | bytearray]:
    """Return the wanted attributes of a message that has a head."""
    found = shapes.attributes(b"head" + data, 4, 4 + len(data))
    return {kind: found[kind] for kind in WANTED if kind in found}


@pytest.mark.parametrize("second", range(len(ONE_SIZE)))
@pytest.mark.parametrize("first", range(len(ONE_SIZE)))
def test_shapes(first: int, second: int) -> None:
    """The wanted attributes are those that are found by walking through a message, whatever came before it."""
    pair = ONE_SIZE[first], ONE_SIZE[second]
    assert len({len(data) for data in ONE_SIZE}) == 1
    expected = [{kind: value for kind, value in attributes(d, 0, len(d)).items() if kind in WANTED} for d in pair]
    shapes = Shapes(*WANTED)
    for _ in range(Shapes.MOST):
        assert [of_shapes(shapes, data) for data in pair] == expected


def test_shapes_are_remembered() -> None:
    """Of many messages that are alike, few are walked through: those before a shape is remembered."""
    shapes = Shapes(*WANTED)
    with patch.object(shapes_module, "attributes", wraps=attributes) as walk:
        for data in ONE_SIZE[:4] * 1000:
            of_shapes(shapes, data)
    assert walk.call_count == 4


def test_cut_attribute_of_a_known_size() -> None:
    """An attribute that is cut is an error, in the midst of messages that are alike."""
    shapes = Shapes(*WANTED)
    of_shapes(shapes, ONE_SIZE[0])
    with pytest.raises(OSError, match="makes no sense"):
        of_shapes(shapes, ONE_SIZE[0][:-8] + struct.pack("=HHI", 9, 56, 1))


def test_links_behind_the_first() -> None:
    """Of many links, those behind the first, whose attributes are found by their shapes, are read as they are."""
    kinds = [("eth", number(10, 7), b""), ("veth", b"", b""), ("lan", b"", attribute(56, b"0000:00:04.0\0"))]
    every = [
        link(index, f"{name}{index}", number(4, 1500), master, number(13, 0), device)
        for index, (name, master, device) in enumerate(kinds * MANY, 1)
    ]
    with kernel(b"".join(message(RTM_NEWLINK, one) for one in every) + done()) as played:
        links = read_links(played)
    assert len(links) == len(every) > 2 * MANY
    for index, (name, master, device) in enumerate(kinds * MANY, 1):
        found = links[index]
        assert (found.name, found.has_device, found.master) == (f"{name}{index}", bool(device), 7 if master else 0)
