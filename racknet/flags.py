"""The arguments and options of the commands, as Typer takes them and as their help describes them."""

from __future__ import annotations

from typing import Annotated

import typer

Globs = list[str] | None
Family = Annotated[
    str, typer.Argument(metavar="[ipv4|ipv6]", show_default=False, autocompletion=lambda: ["ipv4", "ipv6"])
]
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

Network = Annotated[
    str, typer.Argument(metavar="public|service", show_default=False, autocompletion=lambda: ["public", "service"])
]
Node = Annotated[
    Globs, typer.Option(metavar="NODE", help="Only this node, by host name or id; of one, the bare address.")
]
Constraint = Annotated[Globs, typer.Option(metavar="EXPR", help="Only nodes that fit: node.role==worker.")]
Image = Annotated[str, typer.Option(metavar="IMAGE", help="What is run on the nodes.")]
Timeout = Annotated[str, typer.Option(metavar="SECONDS", help="How long to wait for the nodes' answers.")]
