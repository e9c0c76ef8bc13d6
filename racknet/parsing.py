"""One parser for options and RACKNET_* variables. A new variable is in INPUT_VARS, and is read by `parse_query`."""

from __future__ import annotations

from racknet.core.facts import BITS, FAMILY_WORDS, NETWORKS
from racknet.core.matching import CidrBlock
from racknet.core.query import Query
from racknet.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Mapping, Sequence

    Given = Sequence[tuple[str, str]]  # where a word was written, and the word

BLANKS = " \t\n\r\v\f"  # The name of an interface cannot hold one of these. It can hold other blanks of Unicode.
YEAR = 366 * 24 * 60 * 60  # seconds: nobody means to wait for longer
COMMANDS = (*NETWORKS, "list", "env", "exec", "watch", "check", "cluster", "report")
FILTERS = ("interface", "cidr", "reach")
# The variables that racknet reads, and those that it writes (`env`, `exec`).
INPUT_VARS = [
    *(f"RACKNET_{n}_{f}".upper() for n in NETWORKS for f in FILTERS),
    *("RACKNET_ASK_PROVIDER", "RACKNET_EXCLUDE", "RACKNET_IN_CONTAINER", "RACKNET_STRICT", "RACKNET_WAIT"),
]
OUTPUT_VARS = {f"RACKNET_{n}_{f}".upper(): (n, f) for n in NETWORKS for f in BITS}
# What Kubernetes and Docker's links set for a service or container of the name racknet.
SET_BY_ENGINES = ("RACKNET_SERVICE_PORT", "RACKNET_PORT", "RACKNET_ENV_")
NAMES_SET_BY_ENGINES = ("RACKNET_SERVICE_HOST", "RACKNET_NAME")

EXPECTED = {
    "interface": "the name of an interface, or a glob",
    "cidr": "a CIDR block",
    "reach": "an address, and no name is looked up",
    "exclude": "the name of an interface, a glob, or a CIDR block",
}
ALIKE = 0.6  # the least ratio by which a wrong name is like the one that is meant
AS_ALIKE = 0.05  # names are as alike if their ratios differ by no more


def parse_network(word: str) -> str:
    """Return a network's name. Raise UsageError."""
    if word not in NETWORKS:
        raise UsageError(f"'{word}' is not a network{did_you_mean(word, NETWORKS) or ': public or service'}")
    return word


def parse_family(word: str) -> str:
    """Return the family that a word means. Raise UsageError."""
    if word not in FAMILY_WORDS:
        raise UsageError(f"'{word}' is not a family: ipv4 or ipv6")
    return FAMILY_WORDS[word]


def parse_query(
    network: str,
    family: str,
    environ: Mapping[str, str],
    options: Mapping[str, Sequence[str] | None],
    sign: str = "--",
    *,
    strict: bool = False,
    in_container: bool = False,
    ask_provider: bool = False,
    all_candidates: bool = False,
) -> Query:
    """Return the query of options, by their names, and variables. Raise UsageError.

    Each option and variable takes a list. `interface`, `cidr` or `reach` among the options put those variables of the
    network aside; `exclude` adds to its own. `ask_provider` is for `public ipv4` alone, and so is its variable.
    Errors name an option with the sign before it.
    """
    check_variables(environ)
    may_ask = (network, family) == ("public", "ipv4")
    if ask_provider and not may_ask:
        name = f"{sign}ask{'-' if sign else '_'}provider"
        raise UsageError(f"{name} is for public ipv4, not for {network} {family}")
    words = {name: _parse_list(sign, name, options.get(name) or ()) for name in (*FILTERS, "exclude")}
    if not any(words[name] for name in FILTERS):
        words |= {name: _listed(environ, f"RACKNET_{network}_{name}".upper()) for name in FILTERS}
    words["exclude"] += _listed(environ, "RACKNET_EXCLUDE")
    blocks = [word for word in words["exclude"] if _is_block(word[1])]
    names = [word for word in words["exclude"] if word not in blocks]
    cidrs = [(where, _parse_block(where, word)) for where, word in words["cidr"]]
    exclude_cidrs = [(where, _parse_block(where, word)) for where, word in blocks]
    for given in (cidrs, exclude_cidrs):
        _check_family(network, family, given)
    return Query(
        network,
        family,
        include=_parse_globs(words["interface"], EXPECTED["interface"]),
        exclude=_parse_globs(names, EXPECTED["exclude"]),
        cidrs=tuple(block for _, block in cidrs),
        exclude_cidrs=tuple(block for _, block in exclude_cidrs),
        reach=_parse_reach(words["reach"]),
        all_candidates=all_candidates,
        strict=strict or parse_switch("RACKNET_STRICT", environ) == "1",
        in_container=in_container or parse_switch("RACKNET_IN_CONTAINER", environ) == "1",
        ask_provider=ask_provider or (parse_switch("RACKNET_ASK_PROVIDER", environ) == "1" and may_ask),
        filters_text=_as_written([word for name in (*FILTERS, "exclude") for word in words[name]]),
        options=(
            *(part for name in ("cidr", "reach", "exclude") for _, word in words[name] for part in (f"--{name}", word)),
            *(["--strict"] if strict else []),
            *(["--in-container"] if in_container else []),
            *(["--ask-provider"] if ask_provider else []),
        ),
    )


def parse_require(words: Sequence[str]) -> list[tuple[str, str]]:
    """Return the networks and families that `--require service,public:ipv6` names. Raise UsageError."""
    found = []
    for item in [item for word in words for item in word.split(",")]:
        network, colon, family = item.partition(":")
        if network not in NETWORKS or (colon and family not in FAMILY_WORDS):
            raise _wrong("--require", item, "public or service, with :ipv4 or :ipv6 if needed")
        found.append((network, FAMILY_WORDS[family or "ipv4"]))
    return found


def check_variables(environ: Mapping[str, str]) -> None:
    """Raise UsageError for a RACKNET_* variable that nobody knows: what it was to choose would be ignored."""
    for name in sorted(environ):
        is_engines = name in NAMES_SET_BY_ENGINES or name.startswith(SET_BY_ENGINES)
        if name.startswith("RACKNET_") and name not in (*INPUT_VARS, *OUTPUT_VARS) and not is_engines:
            raise UsageError(
                f"'{name}' is not a variable of racknet{did_you_mean(name, INPUT_VARS)}",
                "rename it, or unset it (on Kubernetes: enableServiceLinks: false)",
            )


def did_you_mean(name: str, known: Sequence[str], sign: str = "{}") -> str:
    """Return which names may be meant, each in place of {} in `sign`, or "". Variables' beginning is left aside."""
    from difflib import SequenceMatcher

    likeness = {
        other: SequenceMatcher(None, name.removeprefix("RACKNET_"), other.removeprefix("RACKNET_")).ratio()
        for other in known
    }
    best = max(likeness.values())
    likest = [sign.format(other) for other, ratio in likeness.items() if ratio >= max(ALIKE, best - AS_ALIKE)]
    return f"; did you mean {' or '.join(likest[:2])}?" if likest else ""


def parse_switch(name: str, environ: Mapping[str, str]) -> str:
    """Return a variable that is "1", "0" or "". Raise UsageError."""
    word = environ.get(name, "").strip(BLANKS)
    if word not in ("", "0", "1"):
        raise _wrong(name, word, "0 or 1")
    return word


def parse_own_address(word: str, network: str, family: str) -> tuple[int, str]:
    """Return the number of an address that may be the answer to a query, and its zone or "". Raise UsageError."""
    from ipaddress import ip_address

    try:
        address = ip_address(word)
    except ValueError:
        parts = {"/": "prefix length", ":": "port"}
        more = [f": write it without the {parts[c]}" for c in parts if _is_address(word.rpartition(c)[0])]
        raise UsageError(f"'{word}' is not an address{''.join(more)}") from None
    other = f"ipv{address.version}"
    if (mapped := getattr(address, "ipv4_mapped", None)) and family == "ipv4":
        raise UsageError(f"'{word}' is an address of ipv6: write {mapped}")
    if other != family:
        raise UsageError(
            f"'{word}' is an address of {other}, and {network} {family} is asked for: ask for {network} {other}"
        )
    return int(address), word.partition("%")[2]


def parse_seconds(option: str | None, environ: Mapping[str, str], name: str = "--wait") -> float:
    """Return how long to wait, in seconds: the option of this name, else the variable, else 0. Raise UsageError."""
    where, word = (name, option) if option is not None else ("RACKNET_WAIT", environ.get("RACKNET_WAIT", ""))
    if option is None:
        word = word.strip(BLANKS) or "0"
    try:
        if word.strip("0123456789.e"):  # float() would take "nan", "-1" and "1_0", too
            raise ValueError
        number = float(word)
    except ValueError:
        raise UsageError(f"{where}: '{word}' is not a number of seconds") from None
    if number > YEAR:
        raise UsageError(f"{where}: '{word}' is more than a year, {YEAR} seconds")
    return number


def variables_to_pass_on(environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that filter or wait, for a program that passes the query on."""
    return {name: environ[name] for name in INPUT_VARS if environ.get(name)}


def _parse_list(sign: str, name: str, values: Sequence[str]) -> list[tuple[str, str]]:
    """Return the words of an option, each of whose values is a list. Raise UsageError for an empty one."""
    for value in values:
        if not _split(value):
            raise _wrong(sign + name, value, EXPECTED[name])
    return [(sign + name, word) for value in values for word in _split(value)]


def _listed(environ: Mapping[str, str], name: str) -> list[tuple[str, str]]:
    value = environ.get(name, "")
    if value.strip(BLANKS) and not _split(value):  # such as "${A},${B}", where both variables are empty
        raise _wrong(name, value, "a list: it has no word")
    return [(name, word) for word in _split(value)]


def _split(value: str) -> list[str]:
    """Return the words of a list that is separated by commas or blanks."""
    return [word for word in value.translate(dict.fromkeys(map(ord, f",{BLANKS}"), " ")).split(" ") if word]


def _check_family(network: str, family: str, blocks: Sequence[tuple[str, CidrBlock]]) -> None:
    """Raise UsageError for an option whose blocks are all of a family that the query does not look at.

    `service ipv6` looks at IPv4, too. A variable may name both families, for all queries.
    """
    looked_at = {family, "ipv4" if network == "service" else family}
    for option in dict.fromkeys(where for where, _ in blocks if not where.startswith("RACKNET_")):
        found = [block for where, block in blocks if where == option]
        if not looked_at & {block.family for block in found}:
            other = found[0].family
            raise UsageError(
                f"{option}: '{found[0].text}' is a block of {other}, and {network} {family} is asked for: "
                f"ask for {network} {other}"
            )


def _as_written(words: Given) -> str:
    """Return options and variables as the user wrote them, or arguments as Python writes them.

    Where a word was written shows what it is: `--reach` is an option, `RACKNET_EXCLUDE` a variable, `cidr` an argument.
    """
    options = [f"{where} {word}" for where, word in words if where.startswith("-")]
    values: dict[str, list[str]] = {}
    for where, word in words:
        if not where.startswith("-"):
            values.setdefault(where, []).append(word)
    variables = [f"{name}={','.join(found)}" for name, found in values.items() if name.isupper()]
    arguments = [f"{name}={found if found[1:] else found[0]!r}" for name, found in values.items() if name.islower()]
    return " ".join(options + variables) or ", ".join(arguments)


def _parse_globs(words: Given, expected: str) -> tuple[str, ...]:
    """Return the globs of a filter. Raise UsageError."""
    for where, word in words:
        if not word or any(c in word for c in f"/{BLANKS}") or not _is_closed(word):
            raise _wrong(where, word, expected)
    return tuple(word for _, word in words)


def _is_closed(glob: str) -> bool:
    """Return whether each bracket of a glob is closed. For fnmatch, an open one is a character like others."""
    while "[" in glob:
        inside = glob[glob.index("[") + 1 :].removeprefix("!")
        if "]" not in inside[1:]:
            return False
        glob = inside[inside.index("]", 1) + 1 :]
    return True


def _is_block(word: str) -> bool:
    """Return whether a word of `--exclude` means addresses, even if a wrong one (10.0.0.0/33, 10.208)."""
    address, slash, _ = word.partition("/")
    return _is_address(address) or (not word.strip("0123456789.*?-/") and (slash != "" or "." in word))


def _is_address(word: str) -> bool:
    from ipaddress import ip_address

    try:
        return bool(ip_address(word))
    except ValueError:
        return False


def _parse_block(where: str, word: str) -> CidrBlock:
    """Return the block that a word is. Host bits are put aside; a bare address stays bare."""
    from ipaddress import ip_address, ip_network

    address, slash, length = word.partition("/")
    try:
        if slash and not (length.isascii() and length.isdecimal()):  # ip_network() would take a netmask, too
            raise ValueError
        return CidrBlock(str(ip_network(word, strict=False)) if slash else str(ip_address(address)))
    except (ValueError, OSError):  # OSError: inet_pton() takes no zone, as in fe80::1%eth0
        raise _wrong(where, word, EXPECTED["cidr"]) from None


def _parse_reach(words: Given) -> str:
    """Return the address of `--reach`, or ""."""
    from ipaddress import ip_address

    if len(words) > 1:
        where, several = words[0][0], " and ".join(f"'{word}'" for _, word in words)
        raise UsageError(f"{where if where.startswith('-') else f'{where}:'} takes one address, not {several}")
    for where, word in words:
        try:
            address = ip_address(word)
        except ValueError:
            raise _wrong(where, word, EXPECTED["reach"]) from None
        is_odd = address.is_link_local or address.is_multicast or address.is_unspecified
        if is_odd or "%" in word or str(address).startswith("::ffff:"):
            raise _wrong(where, word, "an address that routes lead to")
        return str(address)
    return ""


def _wrong(where: str, word: str, expected: str) -> UsageError:
    return UsageError(f"{'' if where.startswith('-') else f'{where}: '}'{word}' is not {expected}")
