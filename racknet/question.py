"""What is asked, and what comes of it. Shapes only: `options` and `classify` fill them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Callable

    from racknet.facts import Address, Candidate
    from racknet.patterns import Block


class Question:
    """What is asked: a network (`public`, `service`), a family (`ipv4`, `ipv6`) and the user's own narrowing of it.

    `names` (None where nothing is named) and `excludes` tell whether the user meant an interface or label; `cidrs`
    are blocks of either family; `narrowed` is what the user wrote for it.
    """

    __slots__ = ("cidrs", "excludes", "family", "names", "narrowed", "network")

    def __init__(
        self,
        network: str,
        family: str = "ipv4",
        *,
        names: Callable[[str], bool] | None = None,
        cidrs: tuple[Block, ...] = (),
        excludes: Callable[[str], bool] | None = None,
        narrowed: str = "",
    ) -> None:
        self.network, self.family, self.narrowed = network, family, narrowed
        self.names, self.cidrs, self.excludes = names, cidrs, excludes

    def __str__(self) -> str:
        return f"{self.network} {self.family}"


class Verdict:
    """Candidates, best first; `level`, the interfaces between which there is no telling; all others with why not.

    `bare` are the interfaces that count and have no address of the family; `container` is whether this is a
    container's own network, whose addresses are no host's.
    """

    __slots__ = ("bare", "candidates", "container", "level", "others")

    def __init__(self, candidates: list[Candidate], level: list[str], others: list[tuple[Address, str]]) -> None:
        self.candidates, self.level, self.others = candidates, level, others
        self.bare: list[str] = []
        self.container = False

    @property
    def answer(self) -> Address | None:
        """The address asked for, or None where there is none, or no telling which."""
        return None if self.container or self.level or not self.candidates else self.candidates[0].address
