"""What a shell's completion offers beside the commands and options: networks, families, interfaces, other commands."""

from __future__ import annotations

import os

import click  # noqa: TC002, Typer reads the annotations

from racknet.core.facts import BITS, NETWORKS
from racknet.core.text import natural
from racknet.errors import HostReadError
from racknet.host.reader import read_host


def offer_networks() -> list[str]:
    """Return the networks."""
    return list(NETWORKS)


def offer_families() -> list[str]:
    """Return the families."""
    return list(BITS)


def offer_interfaces(incomplete: str) -> list[str]:
    """Return the names of the host's interfaces that begin so, alternative ones too; none where it cannot be read.

    Of a list with commas, it is the last name that is completed.
    """
    try:
        interfaces = read_host().host.interfaces.values()
    except HostReadError:
        return []
    names = {name for interface in interfaces for name in (interface.name, *interface.alternative_names)}
    list_before, comma, beginning = incomplete.rpartition(",")
    found = sorted((name for name in names if name.startswith(beginning) and name.isprintable()), key=natural)
    return [f"{list_before}{comma}{name}" for name in found]


def offer_commands(ctx: click.Context, incomplete: str) -> list[str]:
    """Return the commands of the PATH that begin so, for the first word after `exec`; the shell offers files itself."""
    if ctx.params.get("command"):
        return []
    folders = os.environ.get("PATH", "").split(os.pathsep)
    return sorted({name for folder in folders if folder for name in _executables(folder, incomplete)})


def _executables(folder: str, beginning: str) -> list[str]:
    try:
        names = [name for name in os.listdir(folder) if name.startswith(beginning)]
    except OSError:
        return []
    return [name for name in names if os.access(os.path.join(folder, name), os.X_OK)]
