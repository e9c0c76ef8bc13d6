"""Metadata services, asked by HTTP: what each tells, and every way in which it does not."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest
from support.metadata_server import DEFAULT, Handler, Server

from racknet.core.clouds import PROVIDERS, Metadata
from racknet.host import metadata
from racknet.host.metadata import MetadataError, read_pairs

CLOUDS = {
    "aws": "AWS",
    "google": "Google Cloud",
    "azure": "Azure",
    "alibaba": "Alibaba Cloud",
    "tencent": "Tencent Cloud",
    "openstack": "OpenStack",
    "yandex": "Yandex Cloud",
    "scaleway": "Scaleway",
}
SERVICES = {cloud: next(one.metadata for one in PROVIDERS if one.name == name) for cloud, name in CLOUDS.items()}
PAIR, OTHER = ["203.0.113.9", "172.31.5.9"], ["203.0.113.10", "172.31.40.7"]


@contextmanager
def served(handler: type[Handler] = Handler, **play: Any) -> Iterator[None]:
    """Play the metadata services at an address of this machine's own."""
    with Server(("127.0.0.1", 0), type("Played", (handler,), {"play": DEFAULT | play})) as server:
        threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with patch.object(metadata, "PORT", server.server_address[1]):
            yield
        server.shutdown()


def ask(cloud: str, service: Metadata | None = None) -> list[tuple[str, str]]:
    """Ask the service of a cloud, at this machine's own address."""
    real = service or SERVICES[cloud]
    assert real
    return read_pairs(Metadata("127.0.0.1", *real.places, headers=real.headers, session=real.session))


def error_of(cloud: str, handler: type[Handler] = Handler, **play: Any) -> str:
    """Return the error of a service."""
    with served(handler, cloud=cloud, **play), pytest.raises(MetadataError) as caught:
        ask(cloud)
    return caught.value.message


def test_addresses() -> None:
    """Each service is asked at an address, not a name: link-local ones, and one of Alibaba's own network."""
    addresses = {one.metadata.address for one in PROVIDERS if one.metadata}
    assert addresses == {"169.254.169.254", "100.100.100.200", "169.254.0.23", "169.254.42.42"}
    assert {one.name for one in PROVIDERS if one.metadata is None} == {"Oracle Cloud"}
    assert metadata.PORT == 80


@pytest.mark.parametrize("cloud", CLOUDS)
def test_each_cloud(cloud: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Each service tells the public address, and most tell the private one; where there is none, they tell none."""
    private = "" if cloud == "openstack" else "172.31.5.9"
    with served(cloud=cloud):
        assert ask(cloud) == [("203.0.113.9", private)]
    for pairs in ([], [["", "172.31.5.9"]]):
        with served(cloud=cloud, pairs=pairs):
            assert ask(cloud) == []


@pytest.mark.parametrize("cloud", ["aws", "google", "azure", "tencent", "yandex"])
def test_two_nics(cloud: str) -> None:
    """Where a service knows the NICs, each public address comes with its own private one."""
    with served(cloud=cloud, pairs=[PAIR, OTHER]):
        assert ask(cloud) == [tuple(PAIR), tuple(OTHER)]


def test_basic_addresses_of_azure() -> None:
    """Addresses of the Basic SKU are in the other document; IPv6 and private ones are none that is asked for."""

    class Basic(Handler):
        def answer(self, status: int, text: str) -> None:
            if "loadbalancer" in self.path:
                private = [
                    {"frontendIpAddress": text, "privateIpAddress": "::"} for text in ("10.0.0.9", "2001:db8::1")
                ]
                text = json.dumps({"loadbalancer": {"publicIpAddresses": private}})
            super().answer(status, text.replace('"publicIpAddress": ""', '"publicIpAddress": "203.0.113.9"'))

    with served(Basic, cloud="azure"):
        assert ask("azure") == [tuple(PAIR)]


def test_session(capfd: pytest.CaptureFixture[str]) -> None:
    """AWS is asked for a token first, and never without one: it may refuse IMDSv1, as any other request."""
    with served(cloud="aws"):
        ask("aws")
    mac = "/latest/meta-data/network/interfaces/macs/"
    assert [line.split(" ")[::2][0:2] for line in capfd.readouterr().out.splitlines()] == [
        ["PUT", "/latest/api/token"],
        ["GET", mac],
        ["GET", f"{mac}0e:49:61:0f:c3:00/ipv4-associations/"],
        ["GET", f"{mac}0e:49:61:0f:c3:00/ipv4-associations/203.0.113.9"],
    ]
    real = SERVICES["aws"]
    assert real
    with served(cloud="aws"), pytest.raises(MetadataError, match=r"status 401, 'Unauthorized'"):
        ask("aws", Metadata("", *real.places))


@pytest.mark.parametrize("cloud", CLOUDS)
@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        ("status", "status 500, 'Internal Server Error'"),
        ("redirect", "status 302, ''"),
        ("html", "'<!DOCTYPE html>"),
        ("long", "an answer that is too long, '99999"),
        ("closed", "RemoteDisconnected"),
        ("short", "an answer that may be cut off, '"),
        ("endless", "an answer that may be cut off, '"),
    ],
)
def test_faults(cloud: str, fault: str, seen: str) -> None:
    """What is no answer is an error, which says what was asked and what came."""
    message = error_of(cloud, fault=fault)
    assert seen in message
    assert "/latest/" in message or "/computeMetadata/" in message or "/metadata/" in message or "/conf" in message
    assert len(message) < 250


@pytest.mark.parametrize("cloud", ["google", "alibaba", "tencent", "openstack"])
def test_several_or_none(cloud: str) -> None:
    """An address is one: a list is an error, and an empty answer is none."""
    assert "'203.0.113.9\n203.0.113.10' is not a public IPv4 address" in error_of(cloud, fault="list")
    with served(cloud=cloud, fault="empty"):
        assert ask(cloud) == []


@pytest.mark.parametrize("cloud", ["google", "azure", "alibaba", "scaleway"])
def test_wrong_values(cloud: str) -> None:
    """The one address is public, by racknet's own classes, and the other is an address."""
    assert "'127.0.0.1' is not a public IPv4 address" in error_of(cloud, pairs=[["127.0.0.1", "172.31.5.9"]])
    assert "'eth0' is not an IPv4 address" in error_of(cloud, pairs=[["203.0.113.9", "eth0"]])


@pytest.mark.parametrize("text", ["10.0.0.9", "2001:db8::1", "203.0.113.9 ", "203.0.113", "203.0.113.9\0", "\ud800"])
def test_what_is_no_public_address(text: str) -> None:
    """Nothing else is taken for a public IPv4 address."""
    with pytest.raises(MetadataError):
        metadata._read_tree(lambda path: text, SERVICES["openstack"].places[0])  # type: ignore[union-attr, arg-type]


def test_wrong_documents() -> None:
    """A document is a JSON object; a name in a folder can be in a path, and there are not too many of them."""
    scaleway, google = SERVICES["scaleway"], SERVICES["google"]
    assert scaleway
    assert google
    for text in ("[]", "nothing", "[" * 60_000):
        with pytest.raises(MetadataError, match="is not a JSON object"):
            metadata._read_document(lambda path, text=text: text, scaleway.places[0])  # type: ignore[misc, arg-type]
    for text in ("0/?\n", "\n".join(map(str, range(65)))):
        with pytest.raises(MetadataError, match="is not a list of names"):
            metadata._read_tree(lambda path, text=text: text, google.places[0])  # type: ignore[misc, arg-type]


@pytest.mark.parametrize("token", ["", "two words", "\u00e9"])
def test_wrong_token(token: str) -> None:
    """A token is one word of ASCII, as a header wants it."""

    class Odd(Handler):
        def answer(self, status: int, text: str) -> None:
            super().answer(status, token)

    assert f"'{token}' is not a token" in error_of("aws", Odd)


def test_no_token() -> None:
    """Where a service knows no token, it is not asked without one."""
    assert error_of("aws", fault="missing") == "/latest/api/token: '' is not a token"


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_two_seconds(fault: str) -> None:
    """Two seconds are all that there is, also for a service that goes on with a byte now and then."""
    with served(cloud="openstack", fault=fault):
        start = time.monotonic()
        with pytest.raises(MetadataError, match="no answer within 2 seconds"):
            ask("openstack")
        assert 1.9 < time.monotonic() - start < 2.5


def test_two_seconds_for_all() -> None:
    """The two seconds are for all requests together: what is left is no time for another."""
    with served(cloud="aws"), patch.object(metadata, "SECONDS", 0), pytest.raises(MetadataError, match="0 seconds"):
        ask("aws")


def test_no_document() -> None:
    """A document that a service does not have tells no address."""
    with served(cloud="scaleway", fault="missing"):
        assert ask("scaleway") == []


def test_nobody_there() -> None:
    """Where nobody listens, the error says what the kernel said."""
    with served():
        pass
    with patch.object(metadata, "PORT", 1), pytest.raises(MetadataError, match="Connection refused"):
        ask("google")


def test_chunks() -> None:
    """An answer in chunks is complete, or it is an error."""

    class InChunks(Handler):
        protocol_version = "HTTP/1.1"

        def answer(self, status: int, text: str) -> None:
            self.send_response(status)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            last = b"" if self.play["fault"] else b"0\r\n\r\n"
            self.wfile.write(b"%x\r\n%b\r\n" % (len(text), text.encode()) + last)
            self.close_connection = True

    with served(InChunks, cloud="openstack"):
        assert ask("openstack") == [("203.0.113.9", "")]
    assert "IncompleteRead" in error_of("openstack", InChunks, fault="short")


def test_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """No proxy is asked."""
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9/")
    with served(cloud="google"):
        assert ask("google") == [tuple(PAIR)]
