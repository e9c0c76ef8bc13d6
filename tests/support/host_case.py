"""A host of the table, with what must be answered there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from support.layout import Layout, parse_layout


@dataclass(frozen=True)
class HostCase:
    """A host. "" is no answer, with status 1; the IPv6 questions are asked where an answer is given.

    `also` maps command lines to answers, `pins` names the rules that the host pins (`test_pins.py`). `source` names
    where such a host is found. For a host that another project wrote down, `theirs` is what that project expects there,
    and `difference` is why racknet answers otherwise.
    """

    name: str
    text: str
    public: str = ""
    service: str = ""
    public6: str | None = None
    service6: str | None = None
    also: Mapping[str, str] = field(default_factory=dict)
    pins: Sequence[str] = ()
    source: str = ""
    theirs: str = ""
    difference: str = ""

    @cached_property
    def layout(self) -> Layout:
        return parse_layout(self.text)

    @property
    def answers(self) -> dict[str, str]:
        """Command lines, each with what must be answered."""
        asked = {
            "public ipv4": self.public,
            "public ipv6": self.public6,
            "service ipv4": self.service,
            "service ipv6": self.service6,
        }
        return {line: answer for line, answer in asked.items() if answer is not None} | dict(self.also)
