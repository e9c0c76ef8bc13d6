"""What the pages name is there, and figures that stand on two pages are the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("examples/*/*.md")]


def headings(page: Path) -> set[str]:
    """Return the anchors of a page: those that are written, and those that GitHub makes of the headings."""
    text = page.read_text()
    titles = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    made = {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}
    return made | set(re.findall(r'<a id="([^"]+)">', text))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links(page: Path) -> None:
    """Files and anchors that a page links to are there, and so are the scripts that it names."""
    text = page.read_text()
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        path, _, anchor = target.partition("#")
        if not path.startswith("http"):
            linked = page.parent / path if path else page
            assert linked.exists(), target
            assert not anchor or anchor in headings(linked), target
    for script in re.findall(r"\bscript/([a-z]+)", text):
        assert (ROOT / "script" / script).exists(), script


def cells(text: str, first: int, last: int) -> list[tuple[str, ...]]:
    """Return cells of a table's rows of figures, without links and code's backquotes."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if re.match(r"\| \D*\w.*\| *\[?\d", line)]
    plain = [[re.sub(r"\[(.*?)\]\(.*?\)", r"\1", cell).strip() for cell in row] for row in rows]
    return [tuple(row[first:last]) for row in plain]


def section(page: str, start: str, end: str) -> str:
    return (ROOT / page).read_text().partition(start)[2].partition(end)[0]


def test_comparison_of_the_readme() -> None:
    """The README's figures are those of docs/comparison.md, of the hosts as people have them."""
    measured = cells(section("docs/comparison.md", "## Who is right", "On the others"), 4, 7)
    assert len(measured) == 5
    assert cells(section("README.md", "## How it compares", "## How it decides"), 1, 4) == measured
