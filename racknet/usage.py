"""The help around the commands, and a word for those who mistype them."""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import MutableMapping
from typing import TYPE_CHECKING, Any

from typer.core import TyperGroup

from racknet.options import Wrong

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
network, and nothing else. Where there is none, or no telling which, it says
why on standard error and prints nothing.
"""

MORE = """\

Each command has its own help: racknet public --help. The family is ipv4 unless
it is said. Options may come from the environment too:
  RACKNET_PUBLIC_INTERFACE, RACKNET_PUBLIC_CIDR, RACKNET_SERVICE_INTERFACE,
  RACKNET_SERVICE_CIDR, RACKNET_EXCLUDE (lists), RACKNET_WAIT

Status: 0 answered; 1 there is no such address, or no telling which; 2 the
command line or a variable is wrong; 3 the interfaces cannot be read, or the
answer cannot be written; exec: 127 there is no such command, 126 it cannot be
run, else its own.
"""


class Commands(TyperGroup):
    """The commands, with the help that users know at the top, and a word for those who mistype."""

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        formatter.write(HELP)
        self.format_options(ctx, formatter)
        formatter.write(MORE)

    def _main_shell_completion(self, ctx_args: MutableMapping[str, Any], *names: Any, **more: Any) -> None:
        """Shells ask without a word; to those who ask with words, `_RACKNET_COMPLETE` means nothing."""
        asked = {"COMP_WORDS", "_TYPER_COMPLETE_ARGS"} & os.environ.keys()
        if not sys.argv[1:] and (asked or os.environ.get("_RACKNET_COMPLETE", "").startswith("source_")):
            super()._main_shell_completion(ctx_args, *names, **more)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands:
            close = difflib.get_close_matches(args[0], self.commands, 1)
            meant = f"; did you mean {close[0]}?" if close else f": {', '.join(self.commands)}"
            raise Wrong(f"'{args[0]}' is not a command{meant}")
        return super().resolve_command(ctx, args)
