"""Write the man pages, of the commands themselves and of the texts in packaging/man/.

Usage: man_pages.py FOLDER. Docutils makes roff of them. The date is SOURCE_DATE_EPOCH, for the same bytes at any time.
"""

from __future__ import annotations

import os
import re
import sys
from datetime import datetime, timezone
from pathlib import Path

import click
import typer
from docutils import nodes
from docutils.core import publish_string
from docutils.parsers.rst import Directive, directives
from docutils.writers.manpage import Writer

from racknet import __version__
from racknet.cli.app import app

TEXTS = Path(__file__).parent / "man"
# Typer's own options: a package comes with the files that they would write.
COMPLETION = ("install_completion", "show_completion")


def context_of(path: str) -> click.Context:
    """Return the context of a command, such as `racknet public`."""
    name, *words = path.split()
    command = typer.main.get_command(app)
    context = click.Context(command, info_name=name, **command.context_settings)
    for word in words:
        assert isinstance(context.command, click.Group)
        context = click.Context(context.command.commands[word], info_name=word, parent=context)
    return context


def marked(words: str) -> list[nodes.Node]:
    """Return words as man pages have them: what is typed as it stands is bold, what it stands for is in italics."""
    kinds = {True: nodes.strong, False: nodes.emphasis}
    parts = re.split(r"([-\w]+)", words)  # every second one is a word
    return [
        kinds[not part[0].isupper()]("", part) if n % 2 else nodes.Text(part) for n, part in enumerate(parts) if part
    ]


class Synopsis(Directive):
    """`.. synopsis:: racknet public, racknet list`: a line for each of the commands."""

    required_arguments, final_argument_whitespace = 1, True

    def run(self) -> list[nodes.Node]:
        contexts = [context_of(path) for path in self.arguments[0].split(", ")]
        usages = [[c.command_path, *c.command.collect_usage_pieces(c)] for c in contexts]
        return [nodes.line_block("", *(nodes.line("", "", *marked(" ".join(usage))) for usage in usages))]


class Options(Directive):
    """`.. options:: racknet public`: what the help says about each of its options."""

    required_arguments, final_argument_whitespace = 1, True

    def run(self) -> list[nodes.Node]:
        context = context_of(self.arguments[0])
        options = [each for each in context.command.get_params(context) if isinstance(each, click.Option)]
        records = [each.get_help_record(context) for each in options if each.name not in COMPLETION]
        items = [
            nodes.definition_list_item(
                "", nodes.term("", "", *marked(words)), nodes.definition("", nodes.paragraph(text=about))
            )
            for words, about in filter(None, records)
        ]
        return [nodes.definition_list("", *items)]


def man_page(name: str) -> str:
    """Return a page as roff."""
    directives.register_directive("synopsis", Synopsis)
    directives.register_directive("options", Options)
    date = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc).date()
    fields = f":Manual section: 1\n:Version: racknet {__version__}\n:Date: {date}\n"
    about, body = (TEXTS / f"{name}.rst").read_text().split("\n", 1)
    bar, line = "=" * len(name), "-" * len(about)
    text = f"{bar}\n{name}\n{bar}\n\n{line}\n{about}\n{line}\n\n{fields}\n{body}"
    # Whatever docutils is not content with is an error.
    settings = {"output_encoding": "unicode", "halt_level": 2, "report_level": 2}
    roff = str(publish_string(text, writer=Writer(), settings_overrides=settings))
    # What mandoc warns of: an empty line after a heading.
    return re.sub(r"^(\.S[HS] .*\n)\.sp\n", r"\1", roff.replace(".SH Name\n", ".SH NAME\n"), flags=re.MULTILINE)


def main(folder: str) -> None:
    """Write all pages."""
    for text in TEXTS.glob("*.rst"):
        (Path(folder) / f"{text.stem}.1").write_text(man_page(text.stem))


if __name__ == "__main__":
    main(*sys.argv[1:])
