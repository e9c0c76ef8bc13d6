"""The commands, by Typer: words in, a status out. A new option is an annotated type here, and an argument below."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Annotated

import click
import typer
from typer import Argument, Option

from racknet import __version__
from racknet.cli import ask, env_exec, mistakes, watch
from racknet.cli.completion import offer_commands, offer_families, offer_interfaces, offer_networks
from racknet.cli.help import Command, Commands, ServiceCommand
from racknet.core.query import Query
from racknet.errors import ExitStatus, UsageError
from racknet.output import hints
from racknet.output.formats import FORMATS, Template, as_text
from racknet.output.stdio import write_error, write_output
from racknet.parsing import parse_family, parse_network, parse_query, parse_require, parse_seconds

app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"racknet {__version__}")
        raise typer.Exit


# Not `pip install 'racknet[swarm]'`: no index has the package yet. And Debian's pip installs into no system.
NO_SWARM = (
    "cluster is an extra of the Python package; the image and the executable do not have it",
    "in a clone of the repository: pipx install --force '.[swarm]'",
)

Version = Annotated[
    bool, Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit.")
]
Several = list[str] | None
Family = Annotated[str, Argument(metavar="[ipv4|ipv6]", show_default=False, autocompletion=offer_families)]
InterfaceOption = Annotated[
    Several,
    Option(
        metavar="GLOB",
        help="Only these interfaces, by any name or label; even tunnels and container interfaces.",
        autocompletion=offer_interfaces,
    ),
]
Cidr = Annotated[Several, Option(metavar="CIDR", help="Only addresses in such a block, of any class.")]
Exclude = Annotated[
    Several,
    Option(
        metavar="GLOB|CIDR",
        help="Not these interfaces or labels, not the addresses in these blocks.",
        autocompletion=offer_interfaces,
    ),
]
Reach = Annotated[
    Several, Option(metavar="ADDRESS", help="Only the interface by which the kernel reaches this address.")
]
Strict = Annotated[bool, Option("--strict", help="Refuse an answer that is preferred, and not proven.")]
InContainer = Annotated[bool, Option("--in-container", help="Also in a container's own network.")]
AskProvider = Annotated[
    bool, Option("--ask-provider", help="If the host has no public ipv4 address, ask the provider for it.")
]
Require = Annotated[
    Several, Option(metavar="NETWORKS", help="Fail without these answers: service, public:ipv6, or a list of them.")
]
Wait = Annotated[
    str | None, Option(metavar="SECONDS", help="Ask again until nothing can bring a better answer, or time is up.")
]
All = Annotated[bool, Option("--all", help="Every candidate, one a line, best first.")]
FormatOption = Annotated[
    str | None,
    Option(
        "--format",
        metavar="TEXT",
        help="Print TEXT, with values for {address}, {interface}, {prefix_length}, {network}, {host} and {zone}.",
    ),
]
Json = Annotated[bool, Option("--json", help="As JSON, for programs.")]
Explain = Annotated[
    bool, Option("--explain", "-v", help="Print on standard error what decided, and why each other address lost.")
]
AsIs = Annotated[bool, Option("--as-is", help="Print public addresses as they are.")]
Export = Annotated[bool, Option("--export", help='Put "export " before each line.')]

Network = Annotated[str, Argument(metavar="public|service", show_default=False, autocompletion=offer_networks)]
Settle = Annotated[str, Option(metavar="SECONDS", help="How long another answer must hold to be printed.")]
NodeOption = Annotated[
    Several, Option(metavar="NODE", help="Only this node, by name or id. With one node, print the address alone.")
]
Constraint = Annotated[Several, Option(metavar="EXPR", help="Only nodes that match: node.role==worker.")]
ImageOption = Annotated[str, Option(metavar="IMAGE", help="The image that the manager has by this name.")]
Timeout = Annotated[str, Option(metavar="SECONDS", help="How long to wait for the nodes' answers.")]


@app.callback(invoke_without_command=True)
def _racknet(context: typer.Context, version: Version = False) -> None:  # noqa: ARG001, its callback has done it
    if context.invoked_subcommand is None:
        write_error(f"{context.get_help()}\n")
        raise typer.Exit(ExitStatus.USAGE)


def _template(text: str | None, *, as_json: bool) -> Template | None:
    """Return the format that `--format` is. Raise UsageError."""
    if text is not None and as_json:
        raise UsageError("'--format' and '--json' exclude each other")
    return None if text is None else Template(text)


def _parse(
    network: str, word: str, interface: Several, cidr: Several, exclude: Several, reach: Several, **switches: bool
) -> Query:
    """Return the query of the words of a command, and of the variables. Raise UsageError."""
    options = {"interface": interface, "cidr": cidr, "exclude": exclude, "reach": reach}
    return parse_query(parse_network(network), parse_family(word), os.environ, options, "--", **switches)


def _add_network(network: str, about: str) -> None:
    """Add the command that asks for a network's address."""

    @app.command(network, cls=ServiceCommand if network == "service" else Command, help=about)
    def _ask(
        word: Family = "ipv4",
        interface: InterfaceOption = None,
        cidr: Cidr = None,
        exclude: Exclude = None,
        reach: Reach = None,
        strict: Strict = False,
        in_container: InContainer = False,
        ask_provider: AskProvider = False,
        wait: Wait = None,
        all_candidates: All = False,
        text: FormatOption = None,
        as_json: Json = False,
        explain: Explain = False,
    ) -> None:
        query = _parse(
            network,
            word,
            interface,
            cidr,
            exclude,
            reach,
            strict=strict,
            in_container=in_container,
            ask_provider=ask_provider,
            all_candidates=all_candidates,
        )
        seconds = parse_seconds(wait, os.environ)
        in_format = _template(text, as_json=as_json) or FORMATS["json" if as_json else "text"]
        raise typer.Exit(ask.answer(query, os.environ, wait=seconds, in_format=in_format, explain=explain))


_add_network("public", "Print the address on the public network.")
_add_network("service", "Print the address on the provider's service network.")


@app.command("list", cls=Command)
def _list(strict: Strict = False, in_container: InContainer = False, as_json: Json = False) -> None:
    """Show every address, what racknet takes it for, and why."""
    queries = ask.all_queries(os.environ, strict=strict, in_container=in_container)
    raise typer.Exit(ask.show_list(queries, as_json=as_json))


@app.command("report", cls=Command)
def _report(as_is: AsIs = False) -> None:
    """Print all that racknet has read, as JSON, for a bug report.

    Documentation addresses take the place of public ones. Private addresses and the names of interfaces are in it as
    they are.
    """
    raise typer.Exit(ask.show_report(as_is=as_is))


@app.command("env", cls=Command)
def _env(
    export: Export = False,
    require: Require = None,
    strict: Strict = False,
    in_container: InContainer = False,
    wait: Wait = None,
) -> None:
    """Print all four answers as KEY=value lines.

    The service ipv6 address may be link-local (fe80::). Most programs can bind it only with a zone: fe80::1%eth1.
    RACKNET_ASK_PROVIDER and the variables that choose an address apply.
    """
    queries = ask.all_queries(os.environ, strict=strict, in_container=in_container)
    required = parse_require(require or [])
    seconds = parse_seconds(wait, os.environ)
    raise typer.Exit(env_exec.print_env(queries, required, os.environ, seconds, export=export))


@app.command("exec", cls=Command, context_settings={"allow_interspersed_args": False})
def _exec(
    command: Annotated[
        list[str], Argument(metavar="COMMAND [ARG]...", show_default=False, autocompletion=offer_commands)
    ],
    require: Require = None,
    strict: Strict = False,
    in_container: InContainer = False,
) -> None:
    """Run COMMAND in place of racknet, with the answers.

    It has the answers in its environment. Arguments may name them: racknet exec redis-server --bind
    '$RACKNET_SERVICE_IPV4'. RACKNET_WAIT, RACKNET_ASK_PROVIDER and the variables that choose an address apply.
    """
    queries = ask.all_queries(os.environ, strict=strict, in_container=in_container)
    required = parse_require(require or [])
    raise typer.Exit(env_exec.exec_command(command, queries, required, os.environ))


@app.command("watch", cls=Command)
def _watch(
    network: Network,
    word: Family = "ipv4",
    interface: InterfaceOption = None,
    cidr: Cidr = None,
    exclude: Exclude = None,
    reach: Reach = None,
    strict: Strict = False,
    in_container: InContainer = False,
    settle: Settle = "2",
    text: FormatOption = None,
) -> None:
    """Print the address, and again each time another one holds.

    The first is printed at once. Where there is none, standard error says why, and it waits. It ends when nobody reads
    its output.
    """
    query = _parse(network, word, interface, cidr, exclude, reach, strict=strict, in_container=in_container)
    in_format = _template(text, as_json=False) or as_text
    raise typer.Exit(watch.watch(query, os.environ, parse_seconds(settle, {}, "--settle"), in_format))


@app.command("check", cls=Command)
def _check(
    address: Annotated[str, Argument(metavar="ADDRESS", show_default=False)],
    network: Network,
    word: Family = "ipv4",
    interface: InterfaceOption = None,
    cidr: Cidr = None,
    exclude: Exclude = None,
    reach: Reach = None,
    strict: Strict = False,
    in_container: InContainer = False,
    wait: Wait = None,
) -> None:
    """Say by the status whether ADDRESS is the address: 0, or 1.

    With status 1, standard error says which one is.
    """
    query = _parse(network, word, interface, cidr, exclude, reach, strict=strict, in_container=in_container)
    raise typer.Exit(watch.check(address, query, parse_seconds(wait, os.environ)))


@app.command("cluster", cls=Command)
def _cluster(
    network: Network,
    word: Family = "ipv4",
    node: NodeOption = None,
    constraint: Constraint = None,
    interface: InterfaceOption = None,
    cidr: Cidr = None,
    exclude: Exclude = None,
    reach: Reach = None,
    strict: Strict = False,
    image: ImageOption = hints.VERSIONED_IMAGE,
    timeout: Timeout = "60",
    text: FormatOption = None,
    as_json: Json = False,
) -> None:
    """Print the address of every node of a Docker Swarm.

    It needs the extra 'swarm' of the Python package.
    """
    try:
        from racknet.swarm.command import ClusterQuery, ask_cluster
    except ImportError as error:
        raise UsageError(*NO_SWARM) from error
    options = {"interface": interface, "cidr": cidr, "exclude": exclude, "reach": reach}
    query = ClusterQuery(network, word, options, node or [], constraint or [], strict)
    template, seconds = _template(text, as_json=as_json), parse_seconds(timeout, {}, "--timeout")
    raise typer.Exit(ask_cluster(query, image, seconds, template, as_json=as_json))


def _usage_error(error: click.UsageError) -> UsageError:
    """Return an error of click's; of an unknown option in our own words, with a hint where another command has it."""
    if not isinstance(error, click.NoSuchOption):
        return UsageError(error.format_message())
    option, commands = error.option_name, typer.main.get_group(app).commands
    owners = [name for name, command in commands.items() if any(option in each.opts for each in command.params)]
    instead = mistakes.instead(str(error.ctx.info_name), option, owners) if error.ctx and error.ctx.parent else ""
    meant = f"; did you mean {' or '.join(error.possibilities)}?" if error.possibilities and not instead else ""
    return UsageError(f"'{option}' is not an option{meant}", instead)


def run(words: list[str]) -> int:
    """Run the command of the words and return the status. Raise RacknetError."""
    printed = io.StringIO()  # help and version: what Typer prints goes out as an answer does
    try:
        with contextlib.redirect_stdout(printed):
            status: int = app(words, prog_name="racknet", standalone_mode=False)
    except SystemExit as end:  # a shell's completion, or a signal
        status = int(end.code or 0)
    except click.Abort:  # Ctrl-C
        return ExitStatus.INTERRUPTED
    except click.UsageError as error:
        raise _usage_error(error) from error
    write_output(printed.getvalue())
    return status
