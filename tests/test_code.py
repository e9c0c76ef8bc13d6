"""The code is as docs/code.md draws it."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import racknet

MODULES = {path.stem: path for path in Path(racknet.__file__).parent.glob("*.py") if path.stem != "__init__"}
PAGE = Path(__file__).parent.parent / "docs" / "code.md"


def imported(path: Path) -> set[str]:
    """The modules of racknet's that one imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            package, _, module = node.module.partition(".")
            if package == "racknet":
                found |= {module} if module else {alias.name for alias in node.names}
    return found & set(MODULES)


def test_imports_run_one_way() -> None:
    """Every module is in the drawing, once, and imports only what is below its line."""
    drawing = [line for line in PAGE.read_text().splitlines() if line.startswith("    ")]
    layers = [re.split(r" {4,}", line.strip())[0].split() for line in drawing if "─" not in line]
    place = {module: height for height, layer in enumerate(layers) for module in layer}
    assert sorted(place) == sorted(MODULES)
    assert sum(map(len, layers)) == len(MODULES)
    upward = {(a, b) for a, path in MODULES.items() for b in imported(path) if place[b] <= place[a]}
    assert upward == set()


def test_modules_are_short() -> None:
    """A module that passes 150 lines is two modules."""
    assert {name for name, path in MODULES.items() if len(path.read_text().splitlines()) > 150} == set()


def test_links() -> None:
    """What the pages name is there: files that they link to, anchors of the comparison, scripts."""
    root = PAGE.parent.parent
    anchors = set(re.findall(r'<a id="([^"]+)">', (root / "docs" / "comparison.md").read_text()))
    for page in [*root.glob("*.md"), *root.glob("docs/*.md")]:
        text = page.read_text()
        for target in re.findall(r"\]\(([^)\s]+)\)", text):
            path, _, anchor = target.partition("#")
            if not path.startswith("http"):
                assert (page.parent / path).exists(), (page, target)
                assert not anchor or anchor in anchors, (page, target)
        for script in re.findall(r"\bscript/([a-z]+)", text):
            assert (root / "script" / script).exists(), (page, script)


def cells(text: str, first: int, last: int) -> list[tuple[str, ...]]:
    """Cells of a table's rows of figures, without links and code's backquotes."""
    rows = [re.split(r"(?<!\\)\|", line)[1:-1] for line in text.splitlines() if re.match(r"\| \D*\w.*\| *\[?\d", line)]
    plain = [[re.sub(r"\[(.*?)\]\(.*?\)", r"\1", cell).strip() for cell in row] for row in rows]
    return [tuple(row[first:last]) for row in plain]


def test_comparison_of_the_readme() -> None:
    """The README's figures are those of docs/comparison.md, of the hosts as people have them."""
    root = PAGE.parent.parent
    summary = (
        (root / "docs" / "comparison.md").read_text().partition("## Who is right")[2].partition("On the others")[0]
    )
    readme = (root / "README.md").read_text().partition("## How it compares")[2].partition("## On a fresh")[0]
    measured = cells(summary, 4, 7)
    assert len(measured) == 5
    assert cells(readme, 1, 4) == measured
