"""What a user may ask for, on the command line and in RACKNET_* variables: one parser for both, on every road."""

from __future__ import annotations

from racknet.patterns import Block
from racknet.question import Question

TYPE_CHECKING = False
if TYPE_CHECKING:  # loading these would take longer than an answer
    from collections.abc import Callable, Mapping, Sequence

NETWORKS = ("public", "service")
YEAR = 366 * 24 * 60 * 60  # seconds: nobody means to wait for longer
FAMILIES = {"ipv4": "ipv4", "ipv6": "ipv6", "inet": "ipv4", "inet6": "ipv6"}

# What may be asked in the environment, and what racknet puts there itself (`env`, `exec`).
ASKED = [f"RACKNET_{network}_{what}" for network in ("PUBLIC", "SERVICE") for what in ("INTERFACE", "CIDR")]
ASKED += ["RACKNET_EXCLUDE", "RACKNET_WAIT"]
TOLD = {f"RACKNET_{n}_{f}".upper(): (n, f) for n in NETWORKS for f in ("ipv4", "ipv6")}


class Wrong(Exception):
    """A word of the command line, or a value, that is not what it should be. Its text says so, quoting it."""


def family(word: str) -> str:
    """The family that a word means. Raises Wrong."""
    if word not in FAMILIES:
        raise Wrong(f"'{word}' is not a family: ipv4 or ipv6")
    return FAMILIES[word]


def question(
    network: str,
    family: str,
    environ: Mapping[str, str],
    *,
    interface: Sequence[str] = (),
    cidr: Sequence[str] = (),
    exclude: Sequence[str] = (),
) -> Question:
    """The question that the options ask, together with the variables. Raises Wrong.

    `interface` or `cidr` put both variables of the network aside; `exclude` adds to its own.
    """
    asked = [("--interface", word) for word in interface]
    blocks = [("--cidr", word) for word in cidr]
    if not asked and not blocks:
        asked = _listed(environ, f"RACKNET_{network.upper()}_INTERFACE")
        blocks = _listed(environ, f"RACKNET_{network.upper()}_CIDR")
    excluded = [("--exclude", word) for word in exclude] + _listed(environ, "RACKNET_EXCLUDE")
    return Question(
        network,
        family,
        names=_globs(asked),
        cidrs=tuple(_block(*block) for block in blocks),
        excludes=_globs(excluded),
        narrowed=_written(asked + blocks + excluded),
    )


def seconds(option: str | None, environ: Mapping[str, str]) -> float:
    """How long to wait, in seconds: the option, or else the variable, or else not at all. Raises Wrong."""
    where, word = ("--wait", option) if option is not None else ("RACKNET_WAIT", environ.get("RACKNET_WAIT") or "0")
    try:
        number = float(word)
    except ValueError:
        number = -1
    if not 0 <= number <= YEAR or word.strip("0123456789.e"):
        raise _wrong(where, word, "a number of seconds")
    return number


def asked(environ: Mapping[str, str]) -> dict[str, str]:
    """The variables that ask for something, for those who pass the question on."""
    return {name: environ[name] for name in ASKED if environ.get(name)}


def unknown(environ: Mapping[str, str]) -> list[str]:
    """The names of variables that look as if they meant something to racknet, and do not."""
    return sorted(name for name in environ if name.startswith("RACKNET_") and name not in (*ASKED, *TOLD))


def _listed(environ: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    return [(name, word) for word in environ.get(name, "").replace(",", " ").split()]


def _written(words: Sequence[tuple[str, str]]) -> str:
    """Options and variables as the user wrote them."""
    names = dict.fromkeys(where for where, _ in words if not where.startswith("-"))
    options = [f"{where} {word}" for where, word in words if where.startswith("-")]
    return " ".join([*options, *(f"{name}={','.join(w for where, w in words if where == name)}" for name in names)])


def _globs(words: Sequence[tuple[str, str]]) -> Callable[[str], bool] | None:
    """Whether a name is of one of the globs; None without any."""
    if not words:
        return None
    from fnmatch import fnmatchcase

    for where, word in words:
        if word.split() != [word] or "/" in word or not _closed(word):  # the kernel has no name with a blank or a slash
            raise _wrong(where, word, "an interface's name or glob")
    return lambda name: any(fnmatchcase(name, word) for _, word in words)


def _closed(glob: str) -> bool:
    """Whether each bracket of a glob is closed; fnmatch would take it for itself."""
    while "[" in glob:
        inside = glob[glob.index("[") + 1 :].removeprefix("!")
        if "]" not in inside[1:]:
            return False
        glob = inside[inside.index("]", 1) + 1 :]
    return True


def _block(where: str, word: str) -> Block:
    """The block that a word is; host bits and a bare address are fine."""
    from ipaddress import ip_network

    try:
        length = word.partition("/")[2]
        if length and not length.isdecimal():  # ipaddress would take a netmask
            raise ValueError
        return Block(str(ip_network(word, strict=False)))
    except (ValueError, OSError):  # the latter: with a zone
        raise _wrong(where, word, "a CIDR block") from None


def _wrong(where: str, word: str, what: str) -> Wrong:
    return Wrong(f"{'' if where.startswith('-') else f'{where}: '}'{word}' is not {what}")
