"""The help around the commands, and the error for a mistyped command."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from racknet.errors import UsageError

if TYPE_CHECKING:
    import click

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

MORE = """\

Each command has its own help: racknet public --help. The default family is
ipv4. Options may come from the environment too:
  RACKNET_PUBLIC_INTERFACE, RACKNET_PUBLIC_CIDR, RACKNET_PUBLIC_REACH,
  RACKNET_SERVICE_INTERFACE, RACKNET_SERVICE_CIDR, RACKNET_SERVICE_REACH,
  RACKNET_EXCLUDE, RACKNET_WAIT (INTERFACE, CIDR and EXCLUDE are lists)

Status: 0 answered; 1 there is no such address, or it is ambiguous; 2 the
command line or a variable is wrong; 3 the interfaces cannot be read, or the
answer cannot be written; 70 a fault of racknet's own. exec: 127 the command is
not found, 126 it cannot be run, else its own status.
"""


class Commands(TyperGroup):
    """The commands, with the help that users know at the top."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(HELP)
        self.format_options(ctx, formatter)
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
