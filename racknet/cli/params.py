"""The arguments and options of the commands, as Typer parses them and as their help describes them."""

from __future__ import annotations

from typing import Annotated

import typer

Words = list[str] | None
Family = Annotated[
    str, typer.Argument(metavar="[ipv4|ipv6]", show_default=False, autocompletion=lambda: ["ipv4", "ipv6"])
]
Interface = Annotated[Words, typer.Option(metavar="GLOB", help="Only these interfaces or labels, even tunnels.")]
Cidr = Annotated[
    Words,
    typer.Option(metavar="CIDR", help="Only addresses in such a block, of any class."),
]
Exclude = Annotated[
    Words, typer.Option(metavar="GLOB|CIDR", help="Not these interfaces or labels, not the addresses in these blocks.")
]
Reach = Annotated[
    Words, typer.Option(metavar="ADDRESS", help="Only the interface by which the kernel reaches this address.")
]
Strict = Annotated[bool, typer.Option("--strict", help="Refuse an answer that is preferred, and not proven.")]
InContainer = Annotated[bool, typer.Option("--in-container", help="Also in a container's own network.")]
Require = Annotated[
    Words,
    typer.Option(metavar="NETWORKS", help="Fail without these answers: service, public:ipv6, or a list of them."),
]
Wait = Annotated[
    str | None,
    typer.Option(metavar="SECONDS", help="Ask again until nothing can bring a better answer, or time is up."),
]
All = Annotated[bool, typer.Option("--all", help="Every candidate, one a line, best first.")]
Json = Annotated[bool, typer.Option("--json", help="As JSON, for programs.")]
Explain = Annotated[
    bool, typer.Option("--explain", "-v", help="Print on standard error what decided, and why each other address lost.")
]
AsIs = Annotated[bool, typer.Option("--as-is", help="Print public addresses as they are.")]
Export = Annotated[bool, typer.Option("--export", help='Put "export " before each line.')]

Network = Annotated[
    str, typer.Argument(metavar="public|service", show_default=False, autocompletion=lambda: ["public", "service"])
]
Node = Annotated[
    Words, typer.Option(metavar="NODE", help="Only this node, by name or id. With one node, print the address alone.")
]
Constraint = Annotated[Words, typer.Option(metavar="EXPR", help="Only nodes that match: node.role==worker.")]
Image = Annotated[str, typer.Option(metavar="IMAGE", help="The image that the manager has by this name.")]
Timeout = Annotated[str, typer.Option(metavar="SECONDS", help="How long to wait for the nodes' answers.")]
