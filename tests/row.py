"""A row of the table of hosts."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from layout import Layout, read


@dataclass(frozen=True)
class Row:
    """A host: `public` and `service` are what must be answered for IPv4 and, where it is said, for IPv6."""

    name: str
    pins: list[str]
    layout: str
    public: tuple[str, ...] = ("",)
    service: tuple[str, ...] = ("",)
    also: tuple[tuple[str, str], ...] = ()  # a command line, and what must be answered
    found: str = ""  # where there are such hosts, and in brackets where that is written

    @cached_property
    def read(self) -> Layout:
        return read(self.layout)

    @property
    def questions(self) -> list[tuple[str, str]]:
        """Command lines, each with what must be answered."""
        families = ("ipv4", "ipv6")
        both = {"public": self.public, "service": self.service}
        asked = [(f"{name} {f}", a) for name, told in both.items() for f, a in zip(families, told, strict=False)]
        return [*asked, *self.also]
