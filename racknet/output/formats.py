"""The formats of an answer to `public` and `service`. A new one is a function here, and its option in `cli/app.py`.

`__main__` writes a proven answer to a plain query without this module, as `as_text` would.
"""

from __future__ import annotations

from racknet.core.why import why
from racknet.errors import NoAddress, UsageError
from racknet.output.stdio import printable

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable
    from ipaddress import IPv4Address, IPv6Address

    from racknet.core.selection import Selection

    Format = Callable[[Selection], str]

NAMES = ("address", "interface", "prefix_length", "network", "host", "zone")
BRACES = {"{{": "{", "}}": "}"}


def as_text(selection: Selection) -> str:
    """Return a line for each answer: its address."""
    return "".join(f"{address.text}\n" for address in selection.answers)


def as_json(selection: Selection) -> str:
    """Return the answer as an object, or all candidates as an array of them."""
    import json  # which takes longer to load than a plain answer

    found = fields(selection)
    return json.dumps(found if selection.query.all_candidates else found[0]) + "\n"


def fields(selection: Selection) -> list[dict[str, object]]:
    """Return what there is to say of each answer, by the names that programs know."""
    return [
        {
            "network": selection.query.network,
            "family": selection.query.family,
            "address": address.text,
            "prefix_length": address.prefix_length,
            "interface": address.interface,
            "why": why(selection, place).text,
            "proven": place == 0 and selection.is_proven,
            "source": "provider" if selection.from_provider else "host",
        }
        for place, address in enumerate(selection.answers)
    ]


class Template:
    """The text of `--format`, as a format: `{address}` stands for the address, `{{` for a brace."""

    def __init__(self, text: str) -> None:
        """Read the text. Raise UsageError where anything in it is not what its reader would take it for."""
        from re import split

        from racknet.parsing import did_you_mean

        self._parts = split(r"(\{\{|\}\}|\{[^{}]*\}|[{}])", text)  # every second one has braces
        self._names = [part[1:-1] for part in self._parts[1::2] if part not in BRACES]
        hint = f"the names: {', '.join(f'{{{name}}}' for name in NAMES)}; write {{{{ for a brace as it is"
        for part in self._parts[1::2]:
            if part in ("{", "}"):
                more = ", or close it" if part == "{" else ""
                raise UsageError(
                    f"--format: a lone '{part}' in '{text}'", f"write {part * 2} for a brace as it is{more}"
                )
        for name in self._names:
            if name not in NAMES:
                meant = did_you_mean("address" if name == "ip" else name, NAMES, "{{{}}}")
                raise UsageError(f"--format: '{{{name}}}' is not a name{meant}", hint)
        if not self._names:  # `{{address}}`, as other programs have it, would print {address}
            raise UsageError(f"--format: '{text}' has no name to replace", hint)
        if any("\ud800" <= c <= "\udfff" for c in text):
            raise UsageError(f"--format: '{text}' is not UTF-8")

    def __call__(self, selection: Selection) -> str:
        """Return a line for each answer. Raise NoAddress where one of them lacks what the text names."""
        return "".join(self.line(a.text, a.prefix_length, a.interface) for a in selection.answers)

    def line(self, address: str, prefix_length: int, interface: str) -> str:
        """Return the text for an address, as a line. Raise NoAddress where the address lacks what the text names."""
        from ipaddress import ip_interface

        found = ip_interface(f"{address}/{prefix_length}")
        zone, host = zone_of(found.ip, interface), host_of(found.ip, interface)
        values = dict(zip(NAMES, (address, interface, str(prefix_length), str(found.network), host, zone), strict=True))
        if "network" in self._names and prefix_length == found.max_prefixlen:
            raise NoAddress(
                f"{address} on {interface} has no network: its prefix length is {prefix_length}",
                "{address}/{prefix_length} is the block of this address alone",
            )
        if any(printable(values[name]) != values[name] for name in self._names):
            raise NoAddress(f"the name of the interface of {address} has control characters", "--json has the name")
        parts = [(BRACES.get(part) or values[part[1:-1]]) if n % 2 else part for n, part in enumerate(self._parts)]
        return f"{''.join(parts)}\n"


def zone_of(address: IPv4Address | IPv6Address, interface: str) -> str:
    """Return the zone of an address (RFC 4007): the interface of a link-local IPv6 address, "" for all others."""
    return interface if address.version == 6 and address.is_link_local else ""


def host_of(address: IPv4Address | IPv6Address, interface: str) -> str:
    """Return an address as a URL, or `-p` of Docker, wants it: IPv6 in brackets, link-local with its zone."""
    zone = zone_of(address, interface)
    return f"[{address}{'%' if zone else ''}{zone}]" if address.version == 6 else f"{address}"


FORMATS: dict[str, Format] = {"text": as_text, "json": as_json}
