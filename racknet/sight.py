"""Pure: which links of a host count, and why an address is passed over: sections 2 and 5 of the rules, applied."""

from __future__ import annotations

from racknet import rules

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Callable

    from racknet.facts import Address, Host, Link


def is_host(host: Host) -> bool:
    """Whether the network in sight is a host's, and not a container's own."""
    return host.surely or any(link.device or link.bridge or rules.plumbing(link.name) for link in host.links.values())


class Subject:
    """What the reasons to pass over look at: a link, the flags of an address on it, its place among the others.

    `card` is whether the link is known for a card of the host, `real` whether it counts as one.
    """

    def __init__(self, sight: Sight, link: Link, flags: int, *, excluded: bool, default_route: bool) -> None:
        self._sight, self.link, self.flags = sight, link, flags
        self.excluded, self.default_route = excluded, default_route

    @property
    def real(self) -> bool:
        return self._sight.real(self.link)

    @property
    def card(self) -> bool:
        return self._sight.devices and self.real


class Sight:
    """A host as somebody sees it who names some interfaces or labels (None: none in particular) and excludes others.

    `default` holds the (family, interface) of the default routes, `gateways` the (interface, gateway) of IPv4's,
    `seen` each address with the reason why it is passed over, or "".
    """

    def __init__(
        self, host: Host, names: Callable[[str], bool] | None = None, excludes: Callable[[str], bool] | None = None
    ) -> None:
        self.host, self._names, self._excludes = host, names, excludes
        self.devices = any(link.device for link in host.links.values())
        self._real: dict[str, bool] = {}
        routes = [route for route in host.routes if not self._reason(route.interface, default_route=True)]
        least = {family: min(r.metric for r in routes if r.family == family) for family in {r.family for r in routes}}
        self.default = {(r.family, r.interface) for r in routes if r.metric == least[r.family]}
        self.gateways = {(r.interface, r.gateway) for r in routes if r.family == "ipv4"}
        self.seen = [(address, self.passed_over(address)) for address in host.addresses]

    def asked(self, address: Address) -> bool:
        """Whether the address is on an interface, or has a label, that is asked for."""
        return self._names is None or self.named(address.interface, address.label)

    def named(self, interface: str, label: str) -> bool:
        """Whether the user named an interface, or its label."""
        return self._names is not None and (self._names(interface) or (label != "" and self._names(label)))

    def passed_over(self, address: Address, *, overruled: bool = True) -> str:
        """The reason why an address is passed over, or ""; `overruled`: where its being named counts."""
        routed = any((family, address.interface) in self.default for family in ("ipv4", "ipv6"))
        return self._reason(address.interface, address.label, address.flags, default_route=routed, overruled=overruled)

    def without_address(self, family: str) -> list[str]:
        """The interfaces that count and have no address of a family."""
        have = {address.interface for address in self.host.addresses if address.family == family}
        routed = {interface for _, interface in self.default}
        return [n for n in self.host.links if n not in have and not self._reason(n, default_route=n in routed)]

    def real(self, link: Link) -> bool:
        """Whether a link is a card of the host, or over one: a bond, a VLAN, a macvlan, a bridge with a card in it.

        A host inside a container sees no device at all: there each link has the benefit of the doubt that is no
        bridge and not passed over by name.
        """
        if link.name not in self._real:
            self._real[link.name] = False  # the answer while it is looked for, should links be over each other
            self._real[link.name] = not (rules.plumbing(link.name) or rules.tunnel(link)) and (
                (link.device if self.devices else not link.bridge and not self._excluded(link.name))
                or any(self.real(self.host.links[name]) for name in link.lower if name in self.host.links)
            )
        return self._real[link.name]

    def _excluded(self, interface: str, label: str = "") -> bool:
        return self._excludes is not None and (self._excludes(interface) or (label != "" and self._excludes(label)))

    def _reason(
        self, interface: str, label: str = "", flags: int = 0, *, default_route: bool, overruled: bool = True
    ) -> str:
        excluded = self._excluded(interface, label)
        named = overruled and not excluded and self.named(interface, label)
        subject = Subject(self, self.host.links[interface], flags, excluded=excluded, default_route=default_route)
        counting = (rule for rule in rules.REASONS if not named or rule.name in rules.EVEN_IF_NAMED)
        return next((rule.name for rule in counting if rule.holds(subject)), "")
