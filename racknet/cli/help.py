"""The help: its text, its groups and its colours; and the error for a mistyped command."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, MutableMapping
from typing import Any

import click
from typer.core import TyperCommand, TyperGroup

from racknet.errors import UsageError
from racknet.output.table import BOLD, PLAIN, is_colourful

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
network, and nothing else. Where there is none, or it is ambiguous, it says why
on standard error and prints nothing.
"""

GROUPS = {
    "Addresses": ["public", "service", "list"],
    "For other programs": ["env", "exec", "watch", "check"],
    "For a swarm (needs the extra 'swarm' of the Python package)": ["cluster"],
    "For a bug report": ["report"],
}

MORE = """
Use an answer, or become a program that uses it:
  ip="$(racknet service)" && docker run -d -p "$ip":6379:6379 redis
  racknet exec redis-server --bind '$RACKNET_SERVICE_IPV4'
  racknet watch service |
    { read -r ip; while read -r ip; do systemctl try-restart redis; done; }

Each command has its own help: racknet public --help. The default family is
ipv4. Options may come from the environment too:
  RACKNET_PUBLIC_INTERFACE, RACKNET_PUBLIC_CIDR, RACKNET_PUBLIC_REACH,
  RACKNET_SERVICE_INTERFACE, RACKNET_SERVICE_CIDR, RACKNET_SERVICE_REACH,
  RACKNET_EXCLUDE, RACKNET_WAIT, RACKNET_IN_CONTAINER=1,
  RACKNET_ASK_PROVIDER=1, RACKNET_STRICT=1
  (INTERFACE, CIDR and EXCLUDE are lists)
  RACKNET_STRICT=0 leaves out the notes on answers that are not proven

Status: 0 answered; 1 there is no such address, it is ambiguous, or not proven
(--strict), or not the one to check; 2 the command line or a variable is wrong;
3 the interfaces cannot be read, the answer cannot be written, or there is too
little memory; 70 a fault of racknet's own. exec: 127 the command is not found,
126 it cannot be run, else its own status.
"""


class Formatter(click.HelpFormatter):
    """Writes headings and names bold where a terminal shows them: standard output, or standard error without words."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.is_colourful = is_colourful(1 if sys.argv[1:] else 2)

    def write_heading(self, heading: str) -> None:
        self.write(f"{self._bold(heading)}:\n")

    def write_dl(self, rows: Iterable[tuple[str, str]], *args: Any, **more: Any) -> None:
        super().write_dl([(self._bold(first), second) for first, second in rows], *args, **more)

    def _bold(self, text: str) -> str:
        return f"{BOLD}{text}{PLAIN}" if self.is_colourful else text


class HelpContext(click.Context):
    """A context whose help keeps its colours on a terminal, where what is printed goes in the end."""

    formatter_class = Formatter

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **{**more, "color": is_colourful(1 if sys.argv[1:] else 2)})


class Command(TyperCommand):
    """A command. It quotes the first argument that is too many, however many there are."""

    context_class = HelpContext
    allow_extra_args = True

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        super().parse_args(ctx, args)
        if ctx.args and not ctx.resilient_parsing:  # else a shell's completion
            raise UsageError(f"unexpected argument '{ctx.args[0]}'")
        return ctx.args


class ServiceCommand(Command):
    """The command `service`. It does not show the option that `public` alone has: that is an error which says so."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for parameter in self.params:
            if isinstance(parameter, click.Option) and parameter.name == "ask_provider":
                parameter.hidden = True


class Commands(TyperGroup):
    """The commands, with the help that users know at the top, and the commands in groups."""

    context_class = HelpContext

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(HELP)
        click.Command.format_options(self, ctx, formatter)
        limit = formatter.width - 6 - max(map(len, self.commands))
        for heading, names in GROUPS.items():
            with formatter.section(heading):
                formatter.write_dl([(name, self.commands[name].get_short_help_str(limit)) for name in names])
        formatter.write(MORE)

    def _main_shell_completion(self, ctx_args: MutableMapping[str, Any], *names: Any, **more: Any) -> None:
        """Complete for a shell, which calls without a word; ignore `_RACKNET_COMPLETE` where there are words."""
        asked = {"COMP_WORDS", "_TYPER_COMPLETE_ARGS"} & os.environ.keys()
        if not sys.argv[1:] and (asked or os.environ.get("_RACKNET_COMPLETE", "").startswith("source_")):
            super()._main_shell_completion(ctx_args, *names, **more)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            close = difflib.get_close_matches(args[0], self.commands, 1)
            meant = f"; did you mean {close[0]}?" if close else f": {', '.join(self.commands)}"
            raise UsageError(f"'{args[0]}' is not a command{meant}")
        return super().resolve_command(ctx, args)
