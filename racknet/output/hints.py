"""What to do after an error: the hints, with the exact line to run next, as it works where the user is."""

from __future__ import annotations

import sys

from racknet import __version__
from racknet.core.matching import as_glob

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from racknet.core.clouds import Provider
    from racknet.core.facts import Address
    from racknet.core.query import Query

IMAGE = "racknet/ip"
VERSIONED_IMAGE = f"{IMAGE}:{__version__}"  # what `cluster` runs: a tag that no other version has

INTERNAL = "this is a fault of racknet's own, please report it"


def line(*words: str) -> str:
    """Return the line that runs racknet with these words."""
    from shlex import quote

    return " ".join([program(), *map(quote, words)])


def is_run_by_engine(root: str = "") -> bool:
    """Return whether a container engine runs racknet, as far as it shows. The root of the files is for the tests."""
    import os

    signs = [f"{root}{path}" for path in ("/.dockerenv", "/run/.containerenv")]
    is_image = bool(sys.argv) and sys.argv[0] == "/racknet"
    return is_image or "KUBERNETES_SERVICE_HOST" in os.environ or any(map(os.path.exists, signs))


def program(root: str = "") -> str:
    """Return the words that run racknet here. The root of the files is for the tests.

    The image holds nothing but /racknet, which is no command of the host. In Docker and Podman it is the line that
    starts the image.
    """
    import os
    from shlex import quote

    import racknet

    paths = [f"{folder}/racknet" for folder in os.environ.get("PATH", "").split(os.pathsep) if folder]
    if any(os.path.isfile(path) and os.access(path, os.X_OK) for path in paths):
        return "racknet"
    called = sys.argv[0] if sys.argv else ""
    for engine, sign in (("docker", "/.dockerenv"), ("podman", "/run/.containerenv")):
        if called == "/racknet" and os.path.exists(root + sign):
            return f"{engine} run --rm --net=host {IMAGE}"
    is_executable = not hasattr(racknet, "__file__")  # what is frozen has none
    if is_executable or os.path.basename(called) == "racknet":
        return quote(called)
    return f"{quote(sys.executable or 'python3')} -m racknet"


def choose(query: Query, address: Address, way: str, *, by_interface: bool) -> str:
    """Return how to choose one of several addresses: by an option, a variable or an argument of Python.

    `by_interface`: its interface is another than that of the others. A name that cannot be printed, or that a list
    would break, is no help. The line for options is the query again, with its other filters.
    """
    from shlex import quote

    by_interface = by_interface and address.interface.isprintable() and "," not in address.interface
    option, word = ("interface", as_glob(address.interface)) if by_interface else ("cidr", address.text)
    if way == "variable":
        name = f"RACKNET_{query.network}_{option}".upper()
        return f"choose one by its variable, for instance: {name}={quote(word)}"
    if way == "argument":
        return f"choose one with {option}=, for instance: {option}={word!r}"
    chosen = line(query.network, query.family, f"--{option}", word, *query.options)
    return f"choose one with {'--interface or --cidr' if by_interface else '--cidr'}, for instance: {chosen}"


def another(query: Query, word: str, *, is_here: bool) -> str:
    """Return what to do where an address is not the answer, but perhaps on the host."""
    if is_here:
        return f"let what uses {word} use the answer, or choose with --interface or --cidr; see {line('list')}"
    return f"{word} is not on this host: give what uses it the address that this prints: {again(query)}"


def again(query: Query, *more: str) -> str:
    """Return the line that asks a query, with its filters, and more options."""
    named = [word for name in query.include for word in ("--interface", name)]
    return line(query.network, query.family, *named, *query.options, *more)


def name_it(when: str, query: Query, address: Address, way: str) -> str:
    """Return how to name an address that is an answer only where it is named, and when to."""
    chosen = choose(query, address, way, by_interface=True).partition("instance: ")[2]
    return f"{when} name it: {chosen}"


def not_a_host(way: str) -> str:
    """Return what to do in a container's own network. Where no engine runs racknet, no engine's option helps."""
    meant = {"variable": "RACKNET_IN_CONTAINER=1", "argument": "in_container=True"}.get(way, "--in-container")
    if not is_run_by_engine():
        return f"{meant} if this is meant, as on a host in a system container"
    return f"run it with --net=host (hostNetwork: true on Kubernetes), or {meant} if this is meant"


def behind_nat(query: Query, provider: Provider | None, way: str) -> str:
    """Return where the public address may be that is not on the host. From a container, racknet asks no provider."""
    if provider is None:
        return "on AWS, Google Cloud and Azure the public address is not on the host: ask the provider"
    ask = {"variable": "RACKNET_ASK_PROVIDER=1", "argument": "ask_provider=True"}.get(way)
    is_able = provider.metadata and not query.in_container
    command = (ask or again(query, "--ask-provider")) if is_able else provider.command
    return f"on {provider.name} the public address is at the provider; to ask for it: {command}"


def down(interface: str) -> str:
    """Return what to do where the interface with the address is down."""
    from shlex import quote

    return f"{interface} is down; to bring it up: ip link set {quote(interface)} up"


def ask_other_family(query: Query, family: str, way: str) -> str:
    """Return what to do where the other family has an answer."""
    if way == "argument":
        return f"there is one of {family}: racknet.{query.network}({family!r})"
    return f"there is one of {family}: {line(query.network, family)}"


def anchor() -> str:
    """Return what to do where there is only an anchor of a public address."""
    return f"add a private network to the host, such as a VPC of DigitalOcean; see {line('list')}"


def no_route(reach: str) -> str:
    """Return what to do where the kernel does not reach the address of `--reach`."""
    return f"does a route lead to {reach}? see ip route get {reach}"


WAIT = {"variable": "RACKNET_WAIT=30", "argument": "wait=30", "watch": "watch"}


def booting(way: str) -> str:
    """Return what to do where no interface has an address yet."""
    return f"is the host still booting? {WAIT.get(way, '--wait 30')} waits for an address; see also {line('list')}"


def not_ready(query: Query, address: Address, way: str) -> str:
    """Return what to do where the kernel still looks whether another host has the address, or has found that one."""
    return f"{address.text} is not ready, see ip addr; {WAIT.get(way) or again(query, '--wait', '30')} waits for it"


def filtered(filters: str) -> str:
    """Return what to do where the user's filters leave no address."""
    return f"{filters} leaves no address; see {line('list')} for those that there are"


def other(query: Query, way: str) -> str:
    """Return what to do where nothing more is known."""
    prefix = f"RACKNET_{query.network.upper()}_"
    filters = {"variable": f"{prefix}INTERFACE or {prefix}CIDR", "argument": "interface= or cidr="}
    return f"see {line('list')}, or choose with {filters.get(way, '--interface or --cidr')}"
