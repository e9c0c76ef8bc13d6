"""A provider's metadata service, asked by HTTP: at its own address, without proxies and redirects, in two seconds.

It is the one module that sends anything to a network. What it reads is one value in each answer, or an error.
"""

from __future__ import annotations

import json
import re
from _socket import AF_INET, SOCK_CLOEXEC, SOCK_STREAM, socket
from collections.abc import Callable
from http.client import HTTPConnection, HTTPException, HTTPResponse
from io import BufferedReader, RawIOBase
from time import monotonic
from typing import Any

from racknet.core.clouds import Document, Metadata, Tree
from racknet.core.provider_answer import class_of
from racknet.core.rules import PRIVATE, PUBLIC
from racknet.errors import RacknetError

PORT = 80
SECONDS = 2  # for all requests together
MOST = 1 << 16  # bytes of an answer
MOST_NAMES = 64  # of a folder: a host has fewer NICs, and a NIC fewer addresses
SHOWN = 60  # characters of what came instead
NAME = re.compile(r"[0-9a-zA-Z.:_-]+")

TOKEN = "/latest/api/token"  # noqa: S105, where to ask for one
TOKEN_TEXT = re.compile(r"[!-~]+")  # printable, without blanks: nothing else can be in a header

Get = Callable[[str], str | None]
Pair = tuple[str, str]


class MetadataError(RacknetError):
    """A metadata service did not answer, or not what its documentation says. The message says what came instead."""


class _Wire(RawIOBase):
    """A connection whose every step ends at the same time. It is what `http.client` wants of a socket."""

    def __init__(self, end: float) -> None:
        self._socket, self._end = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC), end

    def connect(self, address: str) -> None:
        self._in_time().connect((address, PORT))

    def _in_time(self) -> socket:
        left = self._end - monotonic()
        if left <= 0:
            raise TimeoutError
        self._socket.settimeout(left)
        return self._socket

    def sendall(self, data: bytes) -> None:
        self._in_time().sendall(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        return self._in_time().recv_into(buffer)

    def makefile(self, _mode: str) -> BufferedReader:
        return BufferedReader(self)

    def close(self) -> None:
        """Do nothing: `http.client` closes the socket before it reads the answer."""

    def end(self) -> None:
        self._socket.close()


def read_pairs(service: Metadata) -> list[Pair]:
    """Return the public addresses that a service tells, each with its private one, "" without. Raise MetadataError."""
    end, headers = monotonic() + SECONDS, dict(service.headers)
    if service.session:
        asked = f"{service.session}-ttl-seconds"
        token = (_ask(service.address, "PUT", TOKEN, {asked: "60"}, end) or "").strip()
        _check(TOKEN, token, "a token", is_good=TOKEN_TEXT.fullmatch(token) is not None)
        headers[service.session] = token

    def get(path: str) -> str | None:
        return _ask(service.address, "GET", path, headers, end)

    return [
        pair
        for place in service.places
        for pair in (_read_tree(get, place) if isinstance(place, Tree) else _read_document(get, place))
    ]


def _ask(address: str, method: str, path: str, headers: dict[str, str], end: float) -> str | None:
    """Return the text that the service answers; None where it has nothing of that name (404). Raise MetadataError."""
    asked = f"{method} http://{address}{path}"
    try:
        response, data = _exchange(address, method, path, headers, end)
    except TimeoutError:
        raise MetadataError(f"{asked}: no answer within {SECONDS} seconds") from None
    except (OSError, HTTPException) as error:
        raise MetadataError(f"{asked}: {getattr(error, 'strerror', None) or _quoted(repr(error))}") from error
    text = data.decode("utf-8", "replace")
    if response.status == 404:
        return None
    if response.status != 200:
        raise MetadataError(f"{asked}: status {response.status}, {_quoted(text)}")
    if len(data) > MOST:
        raise MetadataError(f"{asked}: an answer that is too long, {_quoted(text)}")
    if response.length != 0 and not response.chunked:  # half an address may be an address
        raise MetadataError(f"{asked}: an answer that may be cut off, {_quoted(text)}")
    return text


def _exchange(address: str, method: str, path: str, headers: dict[str, str], end: float) -> tuple[HTTPResponse, bytes]:
    """Return the head of an answer and its body, as far as it is looked at. Raise OSError, HTTPException."""
    connection = HTTPConnection(address)
    connection.sock = wire = _Wire(end)
    try:
        wire.connect(address)
        connection.request(method, path, headers=headers)
        response = connection.getresponse()
        return response, response.read(MOST + 1)
    finally:
        wire.end()


def _read_tree(get: Get, tree: Tree) -> list[Pair]:
    """Return the pairs of a service that has a value at each path. What it does not have is no pair."""
    bound: list[tuple[str, ...]] = [()]
    for folder in tree.folders:
        bound = [(*names, name) for names in bound for name in _names(get, folder.format(*names))]

    def read(template: str, names: tuple[str, ...]) -> tuple[str, str]:
        path = template.format(*names)
        return path, ((get(path) or "") if path.startswith("/") else path).removesuffix("\n")

    pairs = []
    for names in bound:
        path, public = read(tree.public, names)
        if public:
            _check(path, public, "a public IPv4 address", is_good=class_of(public) == PUBLIC)
            path, privates = read(tree.private, names)
            for private in privates.split("\n"):
                _check(path, private, "an IPv4 address", is_good=not tree.private or class_of(private) != "")
                pairs.append((public, private))
    return pairs


def _names(get: Get, folder: str) -> list[str]:
    """Return the names in a folder; none where there is no such folder."""
    text = get(folder)
    names = [name.removesuffix("/") for name in text.split()] if text else []
    is_good = len(names) <= MOST_NAMES and all(map(NAME.fullmatch, names))
    _check(folder, text or "", "a list of names", is_good=is_good)
    return names


def _read_document(get: Get, document: Document) -> list[Pair]:
    """Return the pairs of a JSON document: those of IPv4 whose first address is not a private one, or empty."""
    text = get(document.path)
    if text is None:
        return []
    try:
        content = json.loads(text)
    except (ValueError, RecursionError):
        content = None
    _check(document.path, text, "a JSON object", is_good=isinstance(content, dict))
    pairs = []
    for place in _at(content, document.at):
        for public in _at(place, document.public):
            if public and ":" not in str(public) and class_of(str(public)) != PRIVATE:
                _check(document.path, str(public), "a public IPv4 address", is_good=class_of(str(public)) == PUBLIC)
                private = str(next(iter(_at(place, document.private)), ""))
                _check(document.path, private, "an IPv4 address", is_good=class_of(private) != "")
                pairs.append((str(public), private))
    return pairs


def _at(node: object, keys: str) -> list[object]:
    """Return what is at keys in a JSON value, through all lists on the way."""
    nodes = node if isinstance(node, list) else [node]
    for key in keys.split(".") if keys else ():
        found = [item[key] for item in nodes if isinstance(item, dict) and key in item]
        nodes = [item for each in found for item in (each if isinstance(each, list) else [each])]
    return nodes


def _check(path: str, text: str, expected: str, *, is_good: bool) -> None:
    """Raise MetadataError where a service answers something else than is expected, and quote it."""
    if not is_good:
        raise MetadataError(f"{path}: {_quoted(text)} is not {expected}")


def _quoted(text: str) -> str:
    return f"'{text[:SHOWN]}'{'…' if len(text) > SHOWN else ''}"
