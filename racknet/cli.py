"""The command line, by Typer: arguments in, text and status out."""

from __future__ import annotations

import contextlib
import io
import os
from typing import Annotated

import click
import typer

from racknet import __version__, options, streams, variables
from racknet.answer import USAGE, answer, guarded, show
from racknet.options import Wrong
from racknet.usage import Commands

app = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
Globs = list[str] | None
Family = Annotated[str, typer.Argument(metavar="[ipv4|ipv6]", show_default=False)]
Interface = Annotated[
    Globs, typer.Option(metavar="GLOB", help="Only these interfaces or labels, even plumbing and tunnels.")
]
Cidr = Annotated[
    Globs,
    typer.Option(metavar="CIDR", help="Only addresses in such a block, of any class; restricts its family alone."),
]
Exclude = Annotated[Globs, typer.Option(metavar="GLOB", help="These interfaces are container plumbing too.")]
Wait = Annotated[str | None, typer.Option(metavar="SECONDS", help="Ask again until there is an answer, or time is up.")]
All = Annotated[bool, typer.Option("--all", help="Every candidate, one a line, best first.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Explain = Annotated[
    bool, typer.Option("--explain", "-v", help="Say on standard error what decided, and what was seen.")
]
Export = Annotated[bool, typer.Option("--export", help='Put "export " before each line.')]


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
        word: Family = "ipv4",
        interface: Interface = None,
        cidr: Cidr = None,
        exclude: Exclude = None,
        wait: Wait = None,
        every: All = False,
        as_json: Json = False,
        explain: Explain = False,
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
def _list(as_json: Json = False) -> None:
    """Every address of the host, what racknet takes it for, and why."""
    raise typer.Exit(show(variables.questions(os.environ), as_json=as_json, unknown=options.unknown(os.environ)))


@app.command("env")
def _env(export: Export = False, wait: Wait = None) -> None:
    """All four answers as KEY=value lines."""
    raise typer.Exit(variables.env(os.environ, options.seconds(wait, os.environ), export=export))


@app.command("exec", context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False})
def _exec(command: Annotated[list[str], typer.Argument(metavar="COMMAND [ARG]...", show_default=False)]) -> None:
    """Become COMMAND, with the answers in its environment."""
    raise typer.Exit(variables.become(command, os.environ, options.seconds(None, os.environ)))


def run(words: list[str]) -> int:
    """Runs the command that the words are; returns the status. Raises Wrong."""
    said = io.StringIO()  # help and version: what Typer prints goes out as an answer does

    def act() -> int:
        with contextlib.redirect_stdout(said):
            status: int = app(words, prog_name="racknet", standalone_mode=False)
        streams.out(said.getvalue())
        return status

    try:
        return guarded(act)
    except click.Abort:  # Ctrl-C
        return 130
    except click.UsageError as error:
        raise Wrong(error.format_message()) from error
