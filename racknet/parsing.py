"""What a user may ask, on the command line and in RACKNET_* variables: one parser for both."""

from __future__ import annotations

from racknet.core.facts import BITS, FAMILY_WORDS, NETWORKS
from racknet.core.matching import CidrBlock
from racknet.core.query import Query
from racknet.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Mapping, Sequence

    Words = Sequence[tuple[str, str]]  # where a word was written, and the word

BLANKS = " \t\n\r\v\f"  # those of ASCII: an interface's name has none of them, but perhaps another one
YEAR = 366 * 24 * 60 * 60  # seconds: nobody means to wait for longer
COMMANDS, FILTERS = (*NETWORKS, "list", "env", "exec", "cluster"), ("interface", "cidr", "reach")
# The variables that racknet reads, and those that it writes (`env`, `exec`).
INPUT_VARS = [
    *(f"RACKNET_{n}_{f}".upper() for n in NETWORKS for f in FILTERS),
    *("RACKNET_EXCLUDE", "RACKNET_STRICT", "RACKNET_WAIT"),
]
OUTPUT_VARS = {f"RACKNET_{n}_{f}".upper(): (n, f) for n in NETWORKS for f in BITS}


def parse_family(word: str) -> str:
    """Return the family that a word means. Raise UsageError."""
    if word not in FAMILY_WORDS:
        raise UsageError(f"'{word}' is not a family: ipv4 or ipv6")
    return FAMILY_WORDS[word]


def parse_query(
    network: str,
    family: str,
    environ: Mapping[str, str],
    options: Mapping[str, Sequence[str]],
    sign: str = "--",
    *,
    strict: bool = False,
    all_candidates: bool = False,
) -> Query:
    """Return the query of options, by their names, and variables. Raise UsageError.

    `interface`, `cidr` or `reach` among the options put those variables of the network aside; `exclude` adds to its.
    Errors name an option with the sign before it.
    """
    words: dict[str, Words] = {name: [(sign + name, word) for word in options.get(name) or ()] for name in FILTERS}
    if not any(words.values()):
        words = {name: _listed(environ, f"RACKNET_{network}_{name}".upper()) for name in FILTERS}
    exclude = [(f"{sign}exclude", word) for word in options.get("exclude") or ()] + _listed(environ, "RACKNET_EXCLUDE")
    blocks = [word for word in exclude if _is_block(word[1])]
    names = [word for word in exclude if word not in blocks]
    others = (("--cidr", words["cidr"]), ("--reach", words["reach"]), ("--exclude", exclude))
    strict_word = parse_strict(environ)
    return Query(
        network,
        family,
        include=_parse_globs(words["interface"], "the name of an interface, or a glob"),
        exclude=_parse_globs(names, "the name of an interface, a glob, or a CIDR block"),
        cidrs=tuple(_parse_block(*word) for word in words["cidr"]),
        exclude_cidrs=tuple(_parse_block(*word) for word in blocks),
        reach=_parse_reach(words["reach"]),
        all_candidates=all_candidates,
        strict=strict or strict_word == "1",
        filters_text=_as_written([*words["interface"], *words["cidr"], *words["reach"], *exclude]),
        options=(
            *(part for option, given in others for _, word in given for part in (option, word)),
            *(["--strict"] if strict else []),
        ),
    )


def parse_strict(environ: Mapping[str, str]) -> str:
    """Return RACKNET_STRICT: "1" is --strict, "0" leaves out the notes on unproven answers. Raise UsageError."""
    word = environ.get("RACKNET_STRICT", "").strip(BLANKS)
    if word not in ("", "0", "1"):
        raise _wrong("RACKNET_STRICT", word, "0 or 1")
    return word


def parse_seconds(option: str | None, environ: Mapping[str, str]) -> float:
    """Return how long to wait, in seconds: the option, else the variable, else 0. Raise UsageError."""
    where, word = ("--wait", option) if option is not None else ("RACKNET_WAIT", environ.get("RACKNET_WAIT") or "0")
    try:
        number = float("no" if word.strip("0123456789.e") else word)
    except ValueError:
        raise _wrong(where, word, "a number of seconds") from None
    if number > YEAR:
        raise _wrong(where, word, f"a time to wait: it is more than a year, {YEAR} seconds")
    return number


def input_vars(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that filter or wait, for a program that passes the query on."""
    return {name: environ[name] for name in INPUT_VARS if environ.get(name)}


def _listed(environ: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    value = environ.get(name, "").translate(dict.fromkeys(map(ord, f",{BLANKS}"), " "))
    return [(name, word) for word in value.split(" ") if word]


def _as_written(words: Words) -> str:
    """Return options and variables as the user wrote them, or arguments as Python writes them."""
    options = [f"{where} {word}" for where, word in words if where.startswith("-")]
    values = {name: [word for where, word in words if where == name] for name, _ in words if not name.startswith("-")}
    variables = [f"{name}={','.join(found)}" for name, found in values.items() if name.isupper()]
    arguments = [f"{name}={found if found[1:] else found[0]!r}" for name, found in values.items() if name.islower()]
    return " ".join(options + variables) or ", ".join(arguments)


def _parse_globs(words: Words, expected: str) -> tuple[str, ...]:
    """Return the globs of a filter. Raise UsageError."""
    for where, word in words:
        if not word or any(c in word for c in f"/{BLANKS}") or not _is_closed(word):
            raise _wrong(where, word, expected)
    return tuple(word for _, word in words)


def _is_closed(glob: str) -> bool:
    """Return whether each bracket of a glob is closed; fnmatch would take an open one for itself."""
    while "[" in glob:
        inside = glob[glob.index("[") + 1 :].removeprefix("!")
        if "]" not in inside[1:]:
            return False
        glob = inside[inside.index("]", 1) + 1 :]
    return True


def _is_block(word: str) -> bool:
    """Return whether a word of `--exclude` means addresses, even if a wrong one (10.0.0.0/33, 10.0.0.*)."""
    from ipaddress import ip_address

    address, slash, _ = word.partition("/")
    try:
        return bool(ip_address(address))
    except ValueError:
        return not word.strip("0123456789.*?-/") and (slash != "" or word.count(".") > 1)


def _parse_block(where: str, word: str) -> CidrBlock:
    """Return the block that a word is. Host bits are put aside; a bare address stays bare."""
    from ipaddress import ip_address, ip_network

    address, slash, length = word.partition("/")
    try:
        if slash and not (length.isascii() and length.isdecimal()):  # ipaddress would take a netmask
            raise ValueError
        return CidrBlock(str(ip_network(word, strict=False)) if slash else str(ip_address(address)))
    except (ValueError, OSError):  # the latter: with a zone
        raise _wrong(where, word, "a CIDR block") from None


def _parse_reach(words: Words) -> str:
    """Return the address of `--reach`, or ""."""
    from ipaddress import ip_address

    if len(words) > 1:
        several = " and ".join(f"'{word}'" for _, word in words)
        raise UsageError(f"{words[0][0]}{':' * (words[0][0][0] != '-')} takes one address, not {several}")
    for where, word in words:
        try:
            address = ip_address(word)
        except ValueError:
            raise _wrong(where, word, "an address, and no name is looked up") from None
        is_odd = address.is_link_local or address.is_multicast or address.is_unspecified
        if is_odd or "%" in word or str(address).startswith("::ffff:"):
            raise _wrong(where, word, "an address that routes lead to")
        return str(address)
    return ""


def _wrong(where: str, word: str, expected: str) -> UsageError:
    return UsageError(f"{'' if where.startswith('-') else f'{where}: '}'{word}' is not {expected}")
