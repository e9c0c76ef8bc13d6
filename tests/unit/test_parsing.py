"""What users may ask in options and variables, and what they read where it is wrong."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from support.cases import cases
from support.layout import parse_layout

from racknet.core import selection
from racknet.core.eligibility import Eligibility
from racknet.core.matching import CidrBlock, matches_glob
from racknet.core.query import Query
from racknet.errors import UsageError
from racknet.parsing import (
    INPUT_VARS,
    OUTPUT_VARS,
    YEAR,
    check_variables,
    did_you_mean,
    parse_query,
    parse_require,
    parse_seconds,
    parse_switch,
    variables_to_pass_on,
)

INTERFACE, CIDR, REACH = (f"RACKNET_SERVICE_{name}" for name in ("INTERFACE", "CIDR", "REACH"))
EXCLUDE = "RACKNET_EXCLUDE"


def parse(environ: dict[str, str] | None = None, /, **options: str) -> Query:
    """Return the query for the service network's IPv4 address with variables and options."""
    return parse_query("service", "ipv4", environ or {}, {name: [word] for name, word in options.items()})


def error_of(environ: dict[str, str] | None = None, /, **options: str) -> str:
    """Return the message about a variable or an option that is wrong."""
    with pytest.raises(UsageError) as caught:
        parse(environ, **options)
    return caught.value.message


def excluded(query: Query, *names: str) -> list[bool]:
    return [matches_glob(name, query.exclude) for name in names]


def texts(blocks: tuple[CidrBlock, ...]) -> list[str]:
    return [block.text for block in blocks]


EMPTY = {INTERFACE: "", CIDR: " ", REACH: "", EXCLUDE: "", "RACKNET_STRICT": "", "RACKNET_IN_CONTAINER": " "}


@pytest.mark.parametrize("environ", [{}, EMPTY], ids=["none", "empty"])
def test_plain_query(environ: dict[str, str]) -> None:
    """Without options and variables a query has no filters; an empty variable is none."""
    query = parse(environ)
    assert (query.include, query.cidrs, query.reach) == ((), (), "")
    assert (query.exclude, query.exclude_cidrs, query.filters_text) == ((), (), "")
    assert (query.strict, query.in_container, query.all_candidates, query.options) == (False, False, False, ())
    assert parse_seconds(None, {**environ, "RACKNET_WAIT": ""}) == 0


@pytest.mark.parametrize("separator", [",", " ", " , ,", "\t\n"])
def test_each_variable(separator: str) -> None:
    """Each variable means what its option means; lists are separated by commas or blanks, in both."""
    words = {
        "interface": ["eth1", "ens*"],
        "cidr": ["10.0.0.0/8", "fd00::/8"],
        "reach": ["10.9.9.9"],
        "exclude": ["lab*", "192.168.0.0/16"],
    }
    options = {name: f" {separator.join(each)}{separator}" for name, each in words.items()}
    variable = parse(dict(zip((INTERFACE, CIDR, REACH, EXCLUDE), options.values(), strict=True)))
    for query in (variable, parse(**options), parse_query("service", "ipv4", {}, words)):
        assert [matches_glob(name, query.include) for name in ("eth1", "ens5", "eth10")] == [True, True, False]
        assert texts(query.cidrs) == ["10.0.0.0/8", "fd00::/8"]
        assert query.reach == "10.9.9.9"
        assert excluded(query, "lab1", "eth1") == [True, False]
        assert texts(query.exclude_cidrs) == ["192.168.0.0/16"]
        assert query.options == tuple(
            "--cidr 10.0.0.0/8 --cidr fd00::/8 --reach 10.9.9.9 --exclude lab* --exclude 192.168.0.0/16".split()
        )


@pytest.mark.parametrize("option", ["interface", "cidr", "reach", ""])
def test_which_variables_count(option: str) -> None:
    """--interface, --cidr or --reach put these variables of the network aside, even wrong ones; nobody reads others."""
    wrong = {"INTERFACE": "[", "CIDR": "nonsense", "REACH": "nonsense"}
    network = "SERVICE" if option else "PUBLIC"
    environ = {f"RACKNET_{network}_{name}": value for name, value in wrong.items()}
    query = parse(environ | {EXCLUDE: "lab*"}, **({option: "10.9.9.9"} if option else {}))
    found = {"interface": bool(query.include), "cidr": bool(query.cidrs), "reach": bool(query.reach)}
    assert found == {name: name == option for name in found}
    assert excluded(query, "lab1") == [True]


def test_exclude_adds_to_its_variable() -> None:
    """--exclude is taken together with RACKNET_EXCLUDE, names and blocks alike, and puts no variable aside."""
    environ = {EXCLUDE: "vm*,10.1.0.0/16,pods", CIDR: "10.0.0.0/8"}
    query = parse(environ, exclude="lab?,10.2.3.4,fd00::/8 eth0:1")
    assert excluded(query, "vm1", "pods", "lab1", "eth0:1", "lab10", "eth0", "10.2.3.4") == [True] * 4 + [False] * 3
    assert texts(query.exclude_cidrs) == ["10.2.3.4", "fd00::/8", "10.1.0.0/16"]
    assert texts(query.cidrs) == ["10.0.0.0/8"]


def test_blocks() -> None:
    """A bare address in --cidr stays bare; a block loses its host bits."""
    cidrs = parse(cidr="10.1.2.3 10.1.2.3/32 10.1.2.3/8 2001:DB8::1").cidrs
    assert texts(cidrs) == ["10.1.2.3", "10.1.2.3/32", "10.0.0.0/8", "2001:db8::1"]
    assert [block.is_bare for block in cidrs] == [True, False, False, True]


def test_filters_as_they_were_written() -> None:
    """The text of the filters is what the user wrote, options before variables; options have no --interface."""
    environ = {EXCLUDE: "a b", CIDR: "10.1.2.3/8"}
    assert parse(environ).filters_text == f"{CIDR}=10.1.2.3/8 RACKNET_EXCLUDE=a,b"
    assert parse(environ).options == ("--cidr", "10.1.2.3/8", "--exclude", "a", "--exclude", "b")
    query = parse(environ, interface="e*,f", cidr="10.0.0.0/8", reach="10.9.9.9", exclude="c")
    expected = "--interface e* --interface f --cidr 10.0.0.0/8 --reach 10.9.9.9 --exclude c RACKNET_EXCLUDE=a,b"
    assert query.filters_text == expected


BLOCK, NO_ADDRESS = "'{}' is not a CIDR block", "'{}' is not an address, and no name is looked up"
NO_WAY, GLOB = "'{}' is not an address that routes lead to", "'{}' is not the name of an interface, or a glob"


@cases(
    "option words message",
    ("cidr", "10.0.0.0/33 10.0.0.0/255.0.0.0 10.0.0.0/0.255.255.255 10.0.0/8 10.0.0.0/8/8 10.0.0.0/", BLOCK),
    ("cidr", "10.0.0.0/٨ 10.208 10.0.0.* fe80::1%eth0 eth0 10 x", BLOCK),
    ("exclude", "10.0.0.0/33 10.0.0.0/255.0.0.0 10.0.0/8 10.0.0.0/8/8 10.0.0.0/ 10.0.0.0/٨ 10.208", BLOCK),
    ("exclude", "10.0.0.* 10.0.0 10.0.0.1-10.0.0.9 fe80::1%eth0", BLOCK),
    ("exclude", "a/b eth[ eth[]", GLOB.replace(", or a glob", ", a glob, or a CIDR block")),
    ("interface", "a/b eth[ eth[] eth[!] x[a]y[", GLOB),
    ("reach", "db.example.com localhost 10.0.0.0/8 10.9.9 10.9.9.9:80 [::1]", NO_ADDRESS),
    ("reach", "169.254.169.254 fe80::1 fe80::1%eth0 224.0.0.1 ff02::1 0.0.0.0 ::", NO_WAY),
    ("reach", "2001:db8::1%eth0 ::ffff:10.1.2.3", NO_WAY),
)
def test_wrong_words(option: str, words: str, message: str) -> None:
    """A wrong word is quoted as it came, also in a list, and with the name of a variable."""
    variable = EXCLUDE if option == "exclude" else f"RACKNET_SERVICE_{option.upper()}"
    for word in words.split():
        assert error_of(**{option: word}) == message.format(word)
        assert error_of({variable: word}) == f"{variable}: {message.format(word)}"
        if option != "reach":
            assert error_of(**{option: f"10.0.0.1,{word}"}) == message.format(word)


@cases(
    "environ options message",
    ({}, {"interface": "eth[0 1]"}, GLOB.format("eth[0")),  # the first word of the list
    ({}, {"interface": " \t"}, GLOB.format(" \t")),
    ({}, {"interface": ","}, GLOB.format(",")),
    ({}, {"cidr": ""}, BLOCK.format("")),
    ({}, {"reach": ""}, NO_ADDRESS.format("")),
    ({}, {"reach": "10.9.9.9 10.9.9.8"}, "--reach takes one address, not '10.9.9.9' and '10.9.9.8'"),
    ({REACH: "10.9.9.9,10.9.9.8"}, {}, f"{REACH}: takes one address, not '10.9.9.9' and '10.9.9.8'"),
    ({INTERFACE: " ,,"}, {}, f"{INTERFACE}: ' ,,' is not a list: it has no word"),
    ids=str,
)
def test_wrong_lists(environ: dict[str, str], options: dict[str, str], message: str) -> None:
    """A list without a word is wrong where it is not empty, and so are two addresses for --reach."""
    assert error_of(environ, **options) == message


@pytest.mark.parametrize(
    ("word", "name"),
    [("eth[01]", "eth1"), ("eth[!2-9]", "eth1"), ("[[]x", "[x"), ("[]]", "]"), ("e*:?", "eth0:1"), ("*", "x")],
)
def test_globs(word: str, name: str) -> None:
    """Globs are the shell's."""
    assert matches_glob(name, parse(interface=word).include)
    assert excluded(parse(exclude=word), name) == [True]


@pytest.mark.parametrize("word", ["10.9.9.9", "2001:DB8:0::1", "127.0.0.1"])
def test_reach(word: str) -> None:
    """--reach takes an address of either family."""
    assert parse(reach=word).reach == word.lower().replace(":0::", "::")


@pytest.mark.parametrize(
    "word", ["-1", "nan", "inf", "infinity", "1_0", "", "ten", "0x10", "1,5", "1 2", "\u0661", "-0"]
)
def test_wrong_seconds(word: str) -> None:
    """A time to wait is a plain number that is not negative."""
    with pytest.raises(UsageError, match=rf"^--wait: '{word}' is not a number of seconds$"):
        parse_seconds(word, {})
    if word:
        with pytest.raises(UsageError, match=rf"^RACKNET_WAIT: '{word}' is not a number of seconds$"):
            parse_seconds(None, {"RACKNET_WAIT": word})


@pytest.mark.parametrize("word", ["99999999", "1e400", str(YEAR + 1)])
def test_too_many_seconds(word: str) -> None:
    """A number that is too large is said to be that."""
    with pytest.raises(UsageError, match=rf"^--wait: '{word}' is more than a year, {YEAR} seconds$"):
        parse_seconds(word, {})


@pytest.mark.parametrize(
    ("word", "seconds"), [("0", 0), ("30", 30), ("0.5", 0.5), (".5", 0.5), ("1e2", 100), (str(YEAR), YEAR)]
)
def test_seconds(word: str, seconds: float) -> None:
    """The option goes before the variable, which then is not read."""
    assert parse_seconds(word, {"RACKNET_WAIT": "nonsense"}) == seconds
    assert parse_seconds(None, {"RACKNET_WAIT": f" {word}\n"}) == seconds


def test_variables_to_pass_on() -> None:
    """The variables that filter or wait are passed on; answers, empty ones and others are not."""
    others = {"RACKNET_WAIT": "", "RACKNET_PUBLIC_IPV4": "10.0.0.1", "RACKNET_X": "1", "HOME": "/"}
    assert variables_to_pass_on({EXCLUDE: "x", **others}) == {EXCLUDE: "x"}


@pytest.mark.parametrize("name", ["strict", "in_container"])
@pytest.mark.parametrize(("word", "is_on"), [("", False), (" 1\n", True), ("0", False)])
@pytest.mark.parametrize("option", [False, True])
def test_switches(name: str, word: str, is_on: bool, option: bool) -> None:
    """RACKNET_STRICT=1 is --strict, which counts whatever the variable says; --in-container likewise."""
    variable, switches = f"RACKNET_{name}".upper(), dict.fromkeys(("strict", "in_container"), False)
    given = switches | {name: option}
    query = parse_query(
        "service", "ipv4", {variable: word}, {}, strict=given["strict"], in_container=given["in_container"]
    )
    assert {each: getattr(query, each) for each in switches} == switches | {name: option or is_on}
    assert query.options == ((f"--{name.replace('_', '-')}",) if option else ())  # of a command line
    assert (query.filters_text, parse_switch(variable, {variable: word})) == ("", word.strip())


@pytest.mark.parametrize("word", ["yes", "true", "2", "01", "-1", "\u0661", "1,1"])
@pytest.mark.parametrize("name", ["RACKNET_STRICT", "RACKNET_IN_CONTAINER"])
def test_wrong_switches(name: str, word: str) -> None:
    """A switch is 0 or 1; another word is quoted as it came."""
    assert error_of({name: word}) == f"{name}: '{word}' is not 0 or 1"


@cases(
    "words expected",
    ([], []),
    (["service"], [("service", "ipv4")]),
    (["service,public:ipv6"], [("service", "ipv4"), ("public", "ipv6")]),
    (["service:inet", "public:inet6"], [("service", "ipv4"), ("public", "ipv6")]),
)
def test_require(words: list[str], expected: list[tuple[str, str]]) -> None:
    """--require names networks, each with a family if that is not IPv4's, as a list or repeated."""
    assert parse_require(words) == expected


@pytest.mark.parametrize("word", ["", "servce", "service:", "public,", "public:4", ":"])
def test_wrong_require(word: str) -> None:
    """A wrong word of --require is quoted as it came."""
    quoted = word.rpartition(",")[2]
    with pytest.raises(UsageError, match=rf"^'{quoted}' is not public or service, with :ipv4 or :ipv6 if needed$"):
        parse_require([word])


@cases(
    "query given expected",
    ("public ipv4", "cidr 2001:db8::/32", "'2001:db8::/32' is a block of ipv6"),
    ("public ipv6", "cidr 10.0.0.0/8", "'10.0.0.0/8' is a block of ipv4"),
    ("service ipv4", "cidr fd00::/8,fd01::1", "'fd00::/8' is a block of ipv6"),
    ("service ipv4", "exclude fd00::/8", "'fd00::/8' is a block of ipv6"),
    ("public ipv6", "exclude 10.1.2.3", "'10.1.2.3' is a block of ipv4"),
    ("public ipv4", "cidr 2001:db8::/32,203.0.113.0/24", ""),  # for both families
    ("service ipv6", "cidr 10.0.0.0/8", ""),  # it goes by `service ipv4`
    ("service ipv6", "exclude 10.0.0.0/8", ""),
    ("service ipv4", "exclude fd00::/8,lab*,10.9.0.0/16", ""),
)
def test_blocks_of_another_family(query: str, given: str, expected: str) -> None:
    """An option whose blocks are all of a family that is not looked at is an error; a variable may be for all four."""
    network, family = query.split()
    name, words = given.split()
    variable = EXCLUDE if name == "exclude" else f"RACKNET_{network.upper()}_CIDR"
    parse_query(network, family, {variable: words}, {})
    if not expected:
        parse_query(network, family, {}, {name: [words]})
        return
    with pytest.raises(UsageError) as caught:
        parse_query(network, family, {variable: "10.0.0.0/8 fd00::/8"}, {name: words.split(",")})
    other = expected.rpartition(" ")[2]
    assert caught.value.message == f"--{name}: {expected}, and {query} is asked for: ask for {network} {other}"


@cases(
    "name meant",
    ("RACKNET_SERVICE_INTERFACES", "; did you mean RACKNET_SERVICE_INTERFACE?"),
    ("RACKNET_INTERFACE", "; did you mean RACKNET_PUBLIC_INTERFACE or RACKNET_SERVICE_INTERFACE?"),
    ("RACKNET_CONTAINER", "; did you mean RACKNET_IN_CONTAINER?"),
    ("RACKNET_XYZ", ""),
    ("RACKNET_", ""),
)
def test_unknown_variables(name: str, meant: str) -> None:
    """A variable that nobody knows is an error with the name that is meant, whatever its value is."""
    for value in ("", "eth0"):
        assert error_of({EXCLUDE: "x", name: value}) == f"'{name}' is not a variable of racknet{meant}"


def test_known_variables() -> None:
    """Racknet's own variables are known, and so are those that Kubernetes and Docker's links set, and all others."""
    engines = "SERVICE_HOST SERVICE_PORT SERVICE_PORT_HTTP PORT PORT_80_TCP PORT_80_TCP_ADDR NAME ENV_PATH".split()
    names = [*(f"RACKNET_{name}" for name in engines), "PATH", "constraint:node", "racknet_x"]
    check_variables(dict.fromkeys([*INPUT_VARS, *OUTPUT_VARS, *names], "x"))


@cases(
    "name meant",
    ("RACKNET_SERVICE_IP", "; did you mean $RACKNET_SERVICE_IPV4 or $RACKNET_SERVICE_IPV6?"),
    ("RACKNET_PUBLIC_IP6", "; did you mean $RACKNET_PUBLIC_IPV6?"),
    ("RACKNET_X", ""),
)
def test_did_you_mean(name: str, meant: str) -> None:
    """The closest names are meant, two of those that are as close; none where none is like it."""
    assert did_you_mean(name, list(OUTPUT_VARS), "${}") == meant


def test_filters_are_values() -> None:
    """Two queries with the same filters have equal ones, and so share the facts of a host; others do not."""
    environ = {EXCLUDE: "lab*,10.1.2.3/16,10.9.9.9"}
    first, second = (parse_query(network, "ipv4", environ, {}) for network in ("public", "service"))
    host = parse_layout("nic ens3 10.0.0.1/24 device").host
    with patch.object(selection, "Eligibility", side_effect=Eligibility) as made:
        selection.select_addresses(host, [first, second])
        assert made.call_count == 1
        selection.select_addresses(host, [first, parse()])
        assert made.call_count == 3
