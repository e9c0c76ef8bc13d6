"""The command line, by Typer: arguments in, text and status out."""

from __future__ import annotations

import contextlib
import difflib
import io
from typing import Annotated, NoReturn

import click
import typer
from typer.core import TyperGroup

from racknet import __version__, streams
from racknet.answer import UNREADABLE, USAGE, answer
from racknet.classify import Question
from racknet.options import Wrong, cidr, family, globs

HELP = """\
racknet public [ipv4|ipv6]
racknet service [ipv4|ipv6]

Examples:
          $ racknet public
          104.130.0.127

          $ racknet service ipv6
          fe80::be76:4eff:fe20:b452

Examples when run with Docker:
          $ docker run --net=host racknet/ip public
          104.130.0.127

Prints the host's address on the public network, or on the provider's internal
network, and nothing else. Where there is none, or no telling which, it says
why on standard error and prints nothing.
"""

STATUS = """\

Status: 0 answered; 1 there is no such address, or no telling which; 2 the
command line is wrong; 3 the interfaces cannot be read, or the answer cannot be
written.
"""


class Commands(TyperGroup):
    """The commands, with the help that users know at the top, and a word for those who mistype."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(HELP)
        self.format_options(ctx, formatter)
        formatter.write(STATUS)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            close = difflib.get_close_matches(args[0], self.commands, 1)
            meant = f"; did you mean {close[0]}?" if close else f": {', '.join(self.commands)}"
            raise Wrong(f"'{args[0]}' is not a command{meant}")
        return super().resolve_command(ctx, args)


app = typer.Typer(
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
QUESTION = {"allow_extra_args": True}  # those that are too many are quoted by _ask

Family = Annotated[str, typer.Argument(metavar="[ipv4|ipv6]", show_default=False)]
Interface = Annotated[
    list[str], typer.Option(metavar="GLOB", help="Only these interfaces or labels, passed over otherwise or not.")
]
Cidr = Annotated[list[str], typer.Option(metavar="CIDR", help="Only addresses in such a block, of whatever class.")]
Exclude = Annotated[list[str], typer.Option(metavar="GLOB", help="These interfaces are plumbing too.")]


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"racknet {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _racknet(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which racknet.")] = False,
) -> None:
    if context.invoked_subcommand is None:
        streams.err(context.get_help())
        raise typer.Exit(USAGE)


@app.command(context_settings=QUESTION)
def public(
    context: typer.Context, word: Family = "ipv4", interface: Interface = [], cidr: Cidr = [], exclude: Exclude = []
) -> None:
    """The address on the public network."""
    _ask(context, "public", word, interface, cidr, exclude)


@app.command(context_settings=QUESTION)
def service(
    context: typer.Context, word: Family = "ipv4", interface: Interface = [], cidr: Cidr = [], exclude: Exclude = []
) -> None:
    """The address on the service network, the provider's internal one."""
    _ask(context, "service", word, interface, cidr, exclude)


def _ask(
    context: typer.Context, network: str, word: str, interface: list[str], cidrs: list[str], exclude: list[str]
) -> NoReturn:
    if context.args:
        raise Wrong(f"'{context.args[0]}' is too much after '{word}'")
    question = Question(
        network, family(word), names=globs(interface), cidrs=tuple(map(cidr, cidrs)), excludes=globs(exclude)
    )
    raise typer.Exit(answer(question))


def run(words: list[str]) -> int:
    """Runs the command that the words are; returns the status."""
    said = io.StringIO()  # help and version: what Typer prints goes out as an answer does
    try:
        with contextlib.redirect_stdout(said):
            status = app(words, prog_name="racknet", standalone_mode=False)
        streams.out(said.getvalue())
        return status or 0
    except click.Abort:  # Ctrl-C
        return 130
    except (Wrong, click.UsageError) as error:
        text = str(error) if isinstance(error, Wrong) else error.format_message()
        streams.err(f"racknet: {streams.printable(text)}\nhint: see racknet --help\n")
        return USAGE
    except streams.Unwritable as error:
        streams.err(f"racknet: {error}\n")
        return UNREADABLE
