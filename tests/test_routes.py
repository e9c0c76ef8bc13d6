"""Default routes, out of messages as the kernel sends them. The kernel itself is asked in the image's tests."""

from __future__ import annotations

import struct
from socket import AF_INET, AF_INET6, inet_pton
from unittest.mock import patch

import pytest

from racknet import routes

NAMES = {2: "eth0", 3: "eth1"}


def attribute(kind: int, data: bytes) -> bytes:
    """A route attribute, struct rtattr."""
    return struct.pack("=HH", 4 + len(data), kind) + data + b"\0" * (-len(data) % 4)


def message(family: int = AF_INET, length: int = 0, table: int = 254, kind: int = 1, *attributes: bytes) -> bytes:
    """A route, struct rtmsg with its attributes."""
    return struct.pack("=8BI", family, length, 0, 0, table, 0, 0, kind, 0) + b"".join(attributes)


def number(kind: int, value: int) -> bytes:
    return attribute(kind, struct.pack("=I", value))


def told(family: str, *messages: bytes) -> list[tuple[str, int, str]]:
    with patch.object(routes, "_dump", return_value=(list(messages), False)):
        return [(r.interface, r.metric, r.gateway) for r in routes.default_routes(family, NAMES)]


GATEWAY = attribute(routes.RTA_GATEWAY, inet_pton(AF_INET, "10.0.0.1"))


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (message(AF_INET, 0, 254, 1, number(routes.RTA_OIF, 2), GATEWAY), [("eth0", 0, "10.0.0.1")]),
        (message(AF_INET, 0, 254, 1, number(routes.RTA_OIF, 3), number(routes.RTA_PRIORITY, 600)), [("eth1", 600, "")]),
        (message(AF_INET, 0, 252, 1, number(routes.RTA_TABLE, 254), number(routes.RTA_OIF, 2)), [("eth0", 0, "")]),
        (message(AF_INET, 0, 252, 1, number(routes.RTA_TABLE, 1000), number(routes.RTA_OIF, 2)), []),
        (message(AF_INET, 0, 255, 1, number(routes.RTA_OIF, 2)), []),
        (message(AF_INET, 1, 254, 1, number(routes.RTA_OIF, 2)), []),
        (message(AF_INET, 0, 254, 7, number(routes.RTA_OIF, 2)), []),
        (message(AF_INET, 0, 254, 1, number(routes.RTA_OIF, 9)), []),
        (message(AF_INET, 0, 254, 1), []),
        (message(AF_INET6, 0, 254, 1, number(routes.RTA_OIF, 2)), []),
    ],
)
def test_message(sent: bytes, expected: list[tuple[str, int, str]]) -> None:
    """Default routes of the main table that lead out of an interface that is there, of the family asked for."""
    assert told("ipv4", sent) == expected


def test_multipath() -> None:
    """Of several nexthops the first one counts."""
    first = struct.pack("=HBBi", 16, 0, 0, 3) + GATEWAY
    second = struct.pack("=HBBi", 8, 0, 0, 2)
    sent = message(AF_INET, 0, 254, 1, attribute(routes.RTA_MULTIPATH, first + second), number(routes.RTA_PRIORITY, 5))
    assert told("ipv4", sent) == [("eth1", 5, "10.0.0.1")]


def test_asked_again_when_torn() -> None:
    """A list that changed while it was read is read again."""
    whole = message(AF_INET, 0, 254, 1, number(routes.RTA_OIF, 2))
    with patch.object(routes, "_dump", side_effect=[([], True), ([whole], False)]):
        assert [r.interface for r in routes.default_routes("ipv4", NAMES)] == ["eth0"]


def test_the_kernels_own() -> None:
    """The kernel of the machine answers, and its answer is understood."""
    for family, af in (("ipv4", AF_INET), ("ipv6", AF_INET6)):
        messages, _ = routes._dump(af)
        assert all(len(sent) >= routes.ROUTE_HEADER for sent in messages), family
