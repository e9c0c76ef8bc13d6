"""The command line, by Typer: arguments in, text and status out."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Annotated

import click
import typer

from racknet import __version__, flags, options, streams, variables
from racknet.answer import USAGE, answer, guarded, show
from racknet.options import Wrong
from racknet.usage import Commands

app = typer.Typer(
    cls=Commands,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _say_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"racknet {__version__}")
        raise typer.Exit


Version = Annotated[bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Say which racknet.")]


@app.callback(invoke_without_command=True)
def _racknet(context: typer.Context, version: Version = False) -> None:  # noqa: ARG001, its callback has done it
    if context.invoked_subcommand is None:
        streams.err(f"{context.get_help()}\n")
        raise typer.Exit(USAGE)


def _question(network: str, about: str) -> None:
    """Adds the command that asks for a network's address."""

    @app.command(network, help=about, context_settings={"allow_extra_args": True})  # the first of them is quoted
    def ask(
        context: typer.Context,
        word: flags.Family = "ipv4",
        interface: flags.Interface = None,
        cidr: flags.Cidr = None,
        exclude: flags.Exclude = None,
        wait: flags.Wait = None,
        every: flags.All = False,
        as_json: flags.Json = False,
        explain: flags.Explain = False,
    ) -> None:
        if context.args:
            raise Wrong(f"'{context.args[0]}' is too much after '{word}'")
        family = options.family(word)
        asked = options.question(
            network, family, os.environ, interface=interface or (), cidr=cidr or (), exclude=exclude or ()
        )
        raise typer.Exit(
            answer(
                asked,
                wait=options.seconds(wait, os.environ),
                every=every,
                as_json=as_json,
                explain=explain,
                unknown=options.unknown(os.environ),
            )
        )


_question("public", "The address on the public network.")
_question("service", "The address on the service network, the provider's internal one.")


@app.command("list")
def _list(as_json: flags.Json = False) -> None:
    """Every address of the host, what racknet takes it for, and why."""
    raise typer.Exit(show(variables.questions(os.environ), as_json=as_json, unknown=options.unknown(os.environ)))


@app.command("env")
def _env(export: flags.Export = False, wait: flags.Wait = None) -> None:
    """All four answers as KEY=value lines."""
    raise typer.Exit(variables.env(os.environ, options.seconds(wait, os.environ), export=export))


@app.command("exec", context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False})
def _exec(command: Annotated[list[str], typer.Argument(metavar="COMMAND [ARG]...", show_default=False)]) -> None:
    """Become COMMAND, with the answers in its environment."""
    raise typer.Exit(variables.become(command, os.environ, options.seconds(None, os.environ)))


@app.command("cluster")
def _cluster(
    network: flags.Network,
    word: flags.Family = "ipv4",
    node: flags.Node = None,
    constraint: flags.Constraint = None,
    interface: flags.Interface = None,
    cidr: flags.Cidr = None,
    exclude: flags.Exclude = None,
    image: flags.Image = "racknet/ip",
    timeout: flags.Timeout = "60",
    as_json: flags.Json = False,
) -> None:
    """The address of every node of a Docker Swarm (a Python extra)."""
    try:
        from racknet.cluster import cluster
    except ImportError as error:
        raise Wrong("cluster is an extra of the Python package: pip install 'racknet[swarm]'") from error
    narrowed = {"interface": interface or [], "cidr": cidr or [], "exclude": exclude or []}
    seconds = options.seconds(timeout, {})
    raise typer.Exit(cluster(network, word, narrowed, node or [], constraint or [], image, seconds, as_json=as_json))


def run(words: list[str]) -> int:
    """Runs the command that the words are; returns the status. Raises Wrong."""
    said = io.StringIO()  # help and version: what Typer prints goes out as an answer does

    def act() -> int:
        try:
            with contextlib.redirect_stdout(said):
                status: int = app(words, prog_name="racknet", standalone_mode=False)
        except SystemExit as end:  # a shell's completion, or a signal
            status = int(end.code or 0)
        streams.out(said.getvalue())
        return status

    try:
        return guarded(act)
    except click.Abort:  # Ctrl-C
        return 130
    except click.UsageError as error:
        raise Wrong(error.format_message()) from error
