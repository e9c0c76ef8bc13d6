"""What users may ask in options and variables, and what they read where it is wrong."""

from __future__ import annotations

from unittest.mock import patch

import pytest
from support.layout import parse_layout

from racknet.core import selection
from racknet.core.eligibility import Eligibility
from racknet.core.facts import BITS, NETWORKS
from racknet.core.matching import CidrBlock, matches_glob
from racknet.core.query import Query
from racknet.errors import UsageError
from racknet.parsing import (
    INPUT_VARS,
    OUTPUT_VARS,
    YEAR,
    check_variables,
    did_you_mean,
    parse_family,
    parse_query,
    parse_require,
    parse_seconds,
    parse_switch,
    variables_to_pass_on,
)


def parse(environ: dict[str, str] | None = None, **options: list[str]) -> Query:
    """Return the query for the service network's IPv4 address with variables and options."""
    return parse_query("service", "ipv4", environ or {}, options)


def error_of(environ: dict[str, str] | None = None, **options: list[str]) -> str:
    """Return the message about a variable or an option that is wrong."""
    with pytest.raises(UsageError) as caught:
        parse(environ, **options)
    return caught.value.message


def included(query: Query, *names: str) -> list[bool]:
    return [matches_glob(name, query.include) for name in names]


def excluded(query: Query, *names: str) -> list[bool]:
    return [matches_glob(name, query.exclude) for name in names]


def texts(blocks: tuple[CidrBlock, ...]) -> list[str]:
    return [block.text for block in blocks]


@pytest.mark.parametrize(("word", "family"), [("ipv4", "ipv4"), ("inet", "ipv4"), ("ipv6", "ipv6"), ("inet6", "ipv6")])
def test_family(word: str, family: str) -> None:
    """Each family has two names."""
    assert parse_family(word) == family


@pytest.mark.parametrize("word", ["", "ipv5", "IPv4", "4", "ipv4 "])
def test_wrong_family(word: str) -> None:
    """Another word is quoted as it came."""
    with pytest.raises(UsageError) as caught:
        parse_family(word)
    assert caught.value.message == f"'{word}' is not a family: ipv4 or ipv6"


@pytest.mark.parametrize(
    "environ",
    [
        {},
        {
            "RACKNET_SERVICE_INTERFACE": "",
            "RACKNET_SERVICE_CIDR": " ",
            "RACKNET_SERVICE_REACH": "",
            "RACKNET_EXCLUDE": "",
            "RACKNET_STRICT": "",
            "RACKNET_IN_CONTAINER": " ",
        },
    ],
)
def test_plain_query(environ: dict[str, str]) -> None:
    """Without options and variables a query has no filters; an empty variable is none."""
    query = parse(environ)
    assert (query.include, query.cidrs, query.reach) == ((), (), "")
    assert (query.exclude, query.exclude_cidrs, query.filters_text) == ((), (), "")
    assert (query.strict, query.in_container, query.all_candidates, query.options) == (False, False, False, ())
    assert parse_seconds(None, {**environ, "RACKNET_WAIT": ""}) == 0


@pytest.mark.parametrize("value", ["eth1,ens*", "eth1 ens*", " eth1 ,  ens* ,", "eth1\tens*\n"])
def test_lists(value: str) -> None:
    """Lists are separated by commas or blanks, in variables as in options."""
    variable, option = parse({"RACKNET_SERVICE_INTERFACE": value}), parse(interface=[value])
    for query in (variable, option):
        assert included(query, "eth1", "ens5", "eth10", "eth0") == [True, True, False, False]
    assert variable.filters_text == "RACKNET_SERVICE_INTERFACE=eth1,ens*"
    assert option.filters_text == "--interface eth1 --interface ens*"


def test_each_variable() -> None:
    """Each variable means what its option means."""
    environ = {
        "RACKNET_SERVICE_INTERFACE": "eth1",
        "RACKNET_SERVICE_CIDR": "10.0.0.0/8 fd00::/8",
        "RACKNET_SERVICE_REACH": "10.9.9.9",
        "RACKNET_EXCLUDE": "lab*,192.168.0.0/16",
    }
    options = {
        "interface": ["eth1"],
        "cidr": ["10.0.0.0/8", "fd00::/8"],
        "reach": ["10.9.9.9"],
        "exclude": ["lab*", "192.168.0.0/16"],
    }
    joined = {name: [" , ".join(words)] for name, words in options.items()}
    for query in (parse(environ), parse({}, **options), parse({}, **joined)):
        assert included(query, "eth1", "eth2") == [True, False]
        assert texts(query.cidrs) == ["10.0.0.0/8", "fd00::/8"]
        assert query.reach == "10.9.9.9"
        assert excluded(query, "lab1", "eth1") == [True, False]
        assert texts(query.exclude_cidrs) == ["192.168.0.0/16"]


def test_variables_of_the_other_network() -> None:
    """The variables of the other network are not read, and so not checked."""
    environ = {"RACKNET_PUBLIC_INTERFACE": "[", "RACKNET_PUBLIC_CIDR": "nonsense", "RACKNET_PUBLIC_REACH": "nonsense"}
    query = parse(environ)
    assert (query.include, query.cidrs, query.reach) == ((), (), "")


@pytest.mark.parametrize("option", [{"interface": ["ens3"]}, {"cidr": ["10.0.0.0/8"]}, {"reach": ["10.9.9.9"]}])
def test_options_put_variables_aside(option: dict[str, list[str]]) -> None:
    """--interface, --cidr or --reach put these variables of the network aside, even where they are wrong."""
    environ = {
        "RACKNET_SERVICE_INTERFACE": "[",
        "RACKNET_SERVICE_CIDR": "nonsense",
        "RACKNET_SERVICE_REACH": "nonsense",
        "RACKNET_EXCLUDE": "lab*",
    }
    query = parse(environ, **option)
    found = {"interface": bool(query.include), "cidr": bool(query.cidrs), "reach": bool(query.reach)}
    assert found == {name: name in option for name in found}
    assert excluded(query, "lab1") == [True]


def test_exclude_does_not_put_variables_aside() -> None:
    """--exclude leaves the other variables as they are."""
    query = parse({"RACKNET_SERVICE_CIDR": "10.0.0.0/8"}, exclude=["lab*"])
    assert texts(query.cidrs) == ["10.0.0.0/8"]


def test_exclude_adds_to_its_variable() -> None:
    """--exclude is taken together with RACKNET_EXCLUDE, names and blocks alike."""
    query = parse({"RACKNET_EXCLUDE": "vm*,10.1.0.0/16,pods"}, exclude=["lab?", "10.2.3.4,fd00::/8 eth0:1"])
    assert excluded(query, "vm1", "pods", "lab1", "eth0:1", "lab10", "eth0") == [True] * 4 + [False] * 2
    assert texts(query.exclude_cidrs) == ["10.2.3.4", "fd00::/8", "10.1.0.0/16"]
    assert excluded(query, "10.2.3.4") == [False]


def test_bare_addresses() -> None:
    """A bare address in --cidr stays bare; a block loses its host bits."""
    cidrs = parse(cidr=["10.1.2.3", "10.1.2.3/32", "10.1.2.3/8", "2001:DB8::1"]).cidrs
    assert texts(cidrs) == ["10.1.2.3", "10.1.2.3/32", "10.0.0.0/8", "2001:db8::1"]
    assert [block.is_bare for block in cidrs] == [True, False, False, True]


def test_filters_as_they_were_written() -> None:
    """The text of the filters is what the user wrote, options before variables."""
    environ = {"RACKNET_EXCLUDE": "a b", "RACKNET_SERVICE_CIDR": "10.1.2.3/8"}
    assert parse(environ).filters_text == "RACKNET_SERVICE_CIDR=10.1.2.3/8 RACKNET_EXCLUDE=a,b"
    query = parse(environ, interface=["e*"], cidr=["10.0.0.0/8"], reach=["10.9.9.9"], exclude=["c"])
    expected = "--interface e* --cidr 10.0.0.0/8 --reach 10.9.9.9 --exclude c RACKNET_EXCLUDE=a,b"
    assert query.filters_text == expected


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({"RACKNET_SERVICE_CIDR": "10.0.0.0/33"}, "RACKNET_SERVICE_CIDR: '10.0.0.0/33' is not a CIDR block"),
        ({"RACKNET_SERVICE_CIDR": "10.0.0.0/8 x"}, "RACKNET_SERVICE_CIDR: 'x' is not a CIDR block"),
        (
            {"RACKNET_SERVICE_INTERFACE": "eth[0"},
            "RACKNET_SERVICE_INTERFACE: 'eth[0' is not the name of an interface, or a glob",
        ),
        ({"RACKNET_EXCLUDE": "a/b"}, "RACKNET_EXCLUDE: 'a/b' is not the name of an interface, a glob, or a CIDR block"),
        ({"RACKNET_EXCLUDE": "10.0.0.0/33"}, "RACKNET_EXCLUDE: '10.0.0.0/33' is not a CIDR block"),
        ({"RACKNET_EXCLUDE": "10.0.0.*"}, "RACKNET_EXCLUDE: '10.0.0.*' is not a CIDR block"),
        ({"RACKNET_EXCLUDE": "10.0.0"}, "RACKNET_EXCLUDE: '10.0.0' is not a CIDR block"),
        ({"RACKNET_EXCLUDE": "lab0,10.208"}, "RACKNET_EXCLUDE: '10.208' is not a CIDR block"),
        ({"RACKNET_EXCLUDE": "10.0.0.1-10.0.0.9"}, "RACKNET_EXCLUDE: '10.0.0.1-10.0.0.9' is not a CIDR block"),
        (
            {"RACKNET_SERVICE_REACH": "db.example.com"},
            "RACKNET_SERVICE_REACH: 'db.example.com' is not an address, and no name is looked up",
        ),
    ],
)
def test_wrong_variables(environ: dict[str, str], message: str) -> None:
    """A wrong value is quoted as it came, with its variable's name."""
    assert error_of(environ) == message


@pytest.mark.parametrize("word", ["", " ", ",", " \t", "a/b", "eth[", "eth[]", "eth[!]", "x[a]y[", "eth[0 1]"])
def test_wrong_globs(word: str) -> None:
    """What no interface can be called is not a glob, nor is one with an open bracket."""
    quoted = word.replace("[0 1]", "[0")  # the first word of the list
    for words in ([word], ["eth0", word]):
        assert error_of(interface=words) == f"'{quoted}' is not the name of an interface, or a glob"
        assert error_of(exclude=words) == f"'{quoted}' is not the name of an interface, a glob, or a CIDR block"


@pytest.mark.parametrize(
    ("word", "name"),
    [("eth[01]", "eth1"), ("eth[!2-9]", "eth1"), ("[[]x", "[x"), ("[]]", "]"), ("e*:?", "eth0:1"), ("*", "x")],
)
def test_globs(word: str, name: str) -> None:
    """Globs are the shell's."""
    assert included(parse(interface=[word]), name) == [True]
    assert excluded(parse(exclude=[word]), name) == [True]


@pytest.mark.parametrize(
    "word",
    [
        "10.0.0.0/255.0.0.0",
        "10.0.0.0/0.255.255.255",
        "10.0.0/8",
        "10.0.0.0/8/8",
        "10.0.0.0/",
        "10.0.0.0/٨",
        "10.208",
        "10.0.0.*",
        "fe80::1%eth0",
    ],
)
def test_wrong_blocks(word: str) -> None:
    """A block is an address with at most a prefix length, in --cidr and in --exclude."""
    assert error_of(cidr=[word]) == f"'{word}' is not a CIDR block"
    assert error_of(exclude=[word]) == f"'{word}' is not a CIDR block"


@pytest.mark.parametrize("word", ["", "eth0", "10"])
def test_names_are_no_blocks(word: str) -> None:
    """A name is not a block for --cidr."""
    assert error_of(cidr=[word]) == f"'{word}' is not a CIDR block"


@pytest.mark.parametrize(
    ("word", "address"),
    [("10.9.9.9", "10.9.9.9"), ("2001:DB8:0::1", "2001:db8::1"), ("127.0.0.1", "127.0.0.1"), ("9.9.9.9", "9.9.9.9")],
)
def test_reach(word: str, address: str) -> None:
    """--reach takes an address of either family."""
    assert parse(reach=[word]).reach == address


@pytest.mark.parametrize("word", ["db.example.com", "localhost", "", "10.0.0.0/8", "10.9.9", "10.9.9.9:80", "[::1]"])
def test_reach_takes_no_name(word: str) -> None:
    """--reach looks no name up, and takes no block."""
    assert error_of(reach=[word]) == f"'{word}' is not an address, and no name is looked up"


@pytest.mark.parametrize(
    "word",
    [
        "169.254.169.254",
        "fe80::1",
        "fe80::1%eth0",
        "224.0.0.1",
        "ff02::1",
        "0.0.0.0",
        "::",
        "2001:db8::1%eth0",
        "::ffff:10.1.2.3",
    ],
)
def test_reach_of_an_address_without_a_way(word: str) -> None:
    """No routing table tells the way to a link-local or a multicast address, nor to none at all."""
    assert error_of(reach=[word]) == f"'{word}' is not an address that routes lead to"


def test_reach_takes_one_address() -> None:
    """Two addresses are one too many."""
    assert error_of(reach=["10.9.9.9", "10.9.9.8"]) == "--reach takes one address, not '10.9.9.9' and '10.9.9.8'"


def test_reach_in_a_variable_takes_one_address() -> None:
    """Two addresses in a variable are one too many, and the message names the variable."""
    message = error_of({"RACKNET_SERVICE_REACH": "10.9.9.9,10.9.9.8"})
    assert message.startswith("RACKNET_SERVICE_REACH: ")
    assert message.endswith("'10.9.9.9' and '10.9.9.8'")


@pytest.mark.parametrize(
    "word", ["-1", "nan", "inf", "infinity", "1_0", "", "ten", "0x10", "1,5", "1 2", "\u0661", "-0"]
)
def test_wrong_seconds(word: str) -> None:
    """A time to wait is a plain number that is not negative."""
    with pytest.raises(UsageError) as caught:
        parse_seconds(word, {})
    assert caught.value.message == f"'{word}' is not a number of seconds"
    if word:
        with pytest.raises(UsageError) as caught:
            parse_seconds(None, {"RACKNET_WAIT": word})
        assert caught.value.message == f"RACKNET_WAIT: '{word}' is not a number of seconds"


@pytest.mark.parametrize("word", ["99999999", "1e400", str(YEAR + 1)])
def test_too_many_seconds(word: str) -> None:
    """A number that is too large is said to be that."""
    with pytest.raises(UsageError) as caught:
        parse_seconds(word, {})
    assert caught.value.message == f"'{word}' is not a time to wait: it is more than a year, {YEAR} seconds"


@pytest.mark.parametrize(
    ("word", "seconds"), [("0", 0), ("30", 30), ("0.5", 0.5), (".5", 0.5), ("1e2", 100), (str(YEAR), YEAR)]
)
def test_seconds(word: str, seconds: float) -> None:
    """The option goes before the variable, which then is not read."""
    assert parse_seconds(word, {"RACKNET_WAIT": "nonsense"}) == seconds
    assert parse_seconds(None, {"RACKNET_WAIT": f" {word}\n"}) == seconds


def test_names_of_the_variables() -> None:
    """Each network has three variables for filters; four are for both. Each pair of network and family is one."""
    filters = [f"RACKNET_{network.upper()}_{name}" for network in NETWORKS for name in ("INTERFACE", "CIDR", "REACH")]
    assert [*filters, *(f"RACKNET_{name}" for name in ("EXCLUDE", "IN_CONTAINER", "STRICT", "WAIT"))] == INPUT_VARS
    assert list(OUTPUT_VARS.values()) == [(network, family) for network in NETWORKS for family in BITS]


def test_variables_to_pass_on() -> None:
    """The variables that filter or wait are passed on; answers, empty ones and others are not."""
    environ = {
        "RACKNET_EXCLUDE": "x",
        "RACKNET_WAIT": "",
        "RACKNET_PUBLIC_IPV4": "10.0.0.1",
        "RACKNET_X": "1",
        "HOME": "/",
    }
    assert variables_to_pass_on(environ) == {"RACKNET_EXCLUDE": "x"}


def test_options_of_a_query() -> None:
    """A query has its filters as options of a command line, except --interface; variables become options, too."""
    query = parse(
        {"RACKNET_EXCLUDE": "veth*"}, cidr=["10.1.2.3/8"], reach=["10.0.0.1"], interface=["e*"], exclude=["x"]
    )
    assert query.options == ("--cidr", "10.1.2.3/8", "--reach", "10.0.0.1", "--exclude", "x", "--exclude", "veth*")
    assert parse({"RACKNET_SERVICE_CIDR": "10.0.0.0/8"}).options == ("--cidr", "10.0.0.0/8")
    assert parse().options == ()


@pytest.mark.parametrize("name", ["strict", "in_container"])
@pytest.mark.parametrize(
    ("word", "option", "expected"),
    [
        ("", False, False),
        ("", True, True),
        ("1", False, True),
        (" 1\n", False, True),
        ("0", False, False),
        ("0", True, True),
        ("1", True, True),
    ],
)
def test_switches(name: str, word: str, option: bool, expected: bool) -> None:
    """RACKNET_STRICT=1 is --strict, which counts whatever the variable says; --in-container likewise."""
    variable = f"RACKNET_{name}".upper()
    switches = {"strict": False, "in_container": False, name: option}
    query = parse_query(
        "service", "ipv4", {variable: word}, {}, strict=switches["strict"], in_container=switches["in_container"]
    )
    found = {"strict": query.strict, "in_container": query.in_container}
    assert found == {"strict": False, "in_container": False, name: expected}
    assert query.options == ((f"--{name.replace('_', '-')}",) if option else ())  # of a command line
    assert query.filters_text == ""
    assert parse_switch(variable, {variable: word}) == word.strip()


@pytest.mark.parametrize("word", ["yes", "true", "2", "01", "-1", "\u0661", "1,1"])
@pytest.mark.parametrize("name", ["RACKNET_STRICT", "RACKNET_IN_CONTAINER"])
def test_wrong_switches(name: str, word: str) -> None:
    """A switch is 0 or 1; another word is quoted as it came."""
    assert error_of({name: word}) == f"{name}: '{word}' is not 0 or 1"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([], []),
        (["service"], [("service", "ipv4")]),
        (["service,public:ipv6"], [("service", "ipv4"), ("public", "ipv6")]),
        (["service:inet", "public:inet6"], [("service", "ipv4"), ("public", "ipv6")]),
    ],
)
def test_require(words: list[str], expected: list[tuple[str, str]]) -> None:
    """--require names networks, each with a family if that is not IPv4's, as a list or repeated."""
    assert parse_require(words) == expected


@pytest.mark.parametrize(
    ("word", "quoted"),
    [("", ""), ("servce", "servce"), ("service:", "service:"), ("public,", ""), ("public:4", "public:4"), (":", ":")],
)
def test_wrong_require(word: str, quoted: str) -> None:
    """A wrong word of --require is quoted as it came."""
    with pytest.raises(UsageError) as caught:
        parse_require([word])
    assert caught.value.message == f"'{quoted}' is not public or service, with :ipv4 or :ipv6 if needed"


@pytest.mark.parametrize(
    ("query", "given", "expected"),
    [
        ("public ipv4", "cidr 2001:db8::/32", "'2001:db8::/32' is a block of ipv6"),
        ("public ipv6", "cidr 10.0.0.0/8", "'10.0.0.0/8' is a block of ipv4"),
        ("service ipv4", "cidr fd00::/8,fd01::1", "'fd00::/8' is a block of ipv6"),
        ("service ipv4", "exclude fd00::/8", "'fd00::/8' is a block of ipv6"),
        ("public ipv6", "exclude 10.1.2.3", "'10.1.2.3' is a block of ipv4"),
        ("public ipv4", "cidr 2001:db8::/32,203.0.113.0/24", ""),  # for both families
        ("service ipv6", "cidr 10.0.0.0/8", ""),  # it goes by `service ipv4`
        ("service ipv6", "exclude 10.0.0.0/8", ""),
        ("service ipv4", "exclude fd00::/8,lab*,10.9.0.0/16", ""),
    ],
)
def test_blocks_of_another_family(query: str, given: str, expected: str) -> None:
    """An option whose blocks are all of a family that is not looked at is an error; a variable may be for all four."""
    network, family = query.split()
    name, words = given.split()
    variable = "RACKNET_EXCLUDE" if name == "exclude" else f"RACKNET_{network.upper()}_CIDR"
    parse_query(network, family, {variable: words}, {})
    if not expected:
        parse_query(network, family, {}, {name: [words]})
        return
    with pytest.raises(UsageError) as caught:
        parse_query(network, family, {variable: "10.0.0.0/8 fd00::/8"}, {name: words.split(",")})
    other = expected.rpartition(" ")[2]
    assert caught.value.message == f"--{name}: {expected}, and {query} is asked for: ask for {network} {other}"


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RACKNET_SERVICE_INTERFACES", "; did you mean RACKNET_SERVICE_INTERFACE?"),
        ("RACKNET_INTERFACE", "; did you mean RACKNET_PUBLIC_INTERFACE or RACKNET_SERVICE_INTERFACE?"),
        ("RACKNET_EXCLUDES", "; did you mean RACKNET_EXCLUDE?"),
        ("RACKNET_CONTAINER", "; did you mean RACKNET_IN_CONTAINER?"),
        ("RACKNET_XYZ", ""),
        ("RACKNET_", ""),
    ],
)
def test_unknown_variables(name: str, meant: str) -> None:
    """A variable that nobody knows is an error with the name that is meant, whatever its value is."""
    for value in ("", "eth0"):
        with pytest.raises(UsageError) as caught:
            parse({"RACKNET_EXCLUDE": "x", name: value})
        assert (caught.value.message, caught.value.hint) == (
            f"'{name}' is not a variable of racknet{meant}",
            "rename it, or unset it (on Kubernetes: enableServiceLinks: false)",
        )


def test_known_variables() -> None:
    """Racknet's own variables are known, and so are those that Kubernetes and Docker's links set, and all others."""
    engines = "SERVICE_HOST SERVICE_PORT SERVICE_PORT_HTTP PORT PORT_80_TCP PORT_80_TCP_ADDR NAME ENV_PATH".split()
    names = [
        *INPUT_VARS,
        *OUTPUT_VARS,
        *(f"RACKNET_{name}" for name in engines),
        "PATH",
        "constraint:node",
        "racknet_x",
    ]
    check_variables(dict.fromkeys(names, "x"))


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("RACKNET_SERVICE_IP", "; did you mean $RACKNET_SERVICE_IPV4 or $RACKNET_SERVICE_IPV6?"),
        ("RACKNET_PUBLIC_IP6", "; did you mean $RACKNET_PUBLIC_IPV6?"),
        ("RACKNET_PUBLIC", "; did you mean $RACKNET_PUBLIC_IPV4 or $RACKNET_PUBLIC_IPV6?"),
        ("RACKNET_X", ""),
    ],
)
def test_did_you_mean(name: str, meant: str) -> None:
    """The closest names are meant, two of those that are as close; none where none is like it."""
    assert did_you_mean(name, list(OUTPUT_VARS), "$") == meant


def test_all_candidates() -> None:
    """A query is complete when it is made: also in whether all candidates are asked for."""
    assert parse_query("service", "ipv4", {}, {}, all_candidates=True).all_candidates is True


def test_filters_are_values() -> None:
    """Two queries with the same filters have equal ones, and so share the facts of a host; others do not."""
    environ = {"RACKNET_EXCLUDE": "lab*,10.1.2.3/16,10.9.9.9"}
    first, second = (parse_query(network, "ipv4", environ, {}) for network in ("public", "service"))
    assert (first.exclude, first.exclude_cidrs) == (second.exclude, second.exclude_cidrs)
    assert hash((first.exclude, first.exclude_cidrs)) == hash((second.exclude, second.exclude_cidrs))
    host = parse_layout("nic ens3 10.0.0.1/24 device").host
    with patch.object(selection, "Eligibility", side_effect=Eligibility) as made:
        selection.select_addresses(host, [first, second])
        assert made.call_count == 1
        selection.select_addresses(host, [first, parse()])
        assert made.call_count == 3
