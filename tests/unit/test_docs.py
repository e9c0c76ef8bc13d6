"""What the pages name is there, and figures that stand on two pages are the same."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from architectures import ARCHITECTURES
from compare import with_figures
from rivals import RACKNET, RIVALS, STRICT

from racknet.core import rules
from racknet.core.preferences import PREFERENCES

ROOT = Path(__file__).parent.parent.parent
PAGES = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("examples/*/*.md")]


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
    for target in re.findall(r'\]\(([^)\s]+)(?: "[^"]*")?\)', text):
        path, _, anchor = target.partition("#")
        if not path.startswith("http"):
            linked = page.parent / path if path else page
            assert linked.exists(), target
            assert not anchor or anchor in headings(linked), target
    for script in re.findall(r"\bscript/([a-z]+)", text):
        assert (ROOT / "script" / script).exists(), script


def test_index() -> None:
    """docs/README.md has a line for each page."""
    docs = ROOT / "docs"
    pages = {str(page.relative_to(docs)) for page in docs.glob("**/*.md")} - {"README.md"}
    assert sorted(re.findall(r"^- \[.+?\]\((.+?)\)", (docs / "README.md").read_text(), re.MULTILINE)) == sorted(pages)


def test_architectures_of_the_install_page() -> None:
    """docs/install.md has a row for each kind of machine: the names of its files, and how it is tested."""
    rows = re.findall(
        r"^\| (\S+) \| linux/(\S+) \| `racknet-linux-(\S+)` \| (\S+) \| .* \| (.+) \|$",
        (ROOT / "docs/install.md").read_text(),
        re.MULTILINE,
    )
    assert rows == [(each.machine, each.platform, each.name, each.debian, each.tested) for each in ARCHITECTURES]


def test_comparison_of_the_readme() -> None:
    """The README's figures are those of docs/comparison.md, which has a row for each tool."""
    readme, page = ((ROOT / name).read_text() for name in ("README.md", "docs/comparison.md"))
    assert with_figures(readme, page) == readme
    rows, all_rows = (re.findall(r"^\| (.+?) \|(?: \d* \|){3}", text, re.MULTILINE) for text in (readme, page))
    assert {RACKNET, STRICT} < set(rows) < {rival.name for rival in RIVALS} < set(all_rows)


@pytest.mark.parametrize("network", PREFERENCES)
def test_preferences_of_the_rules(network: str) -> None:
    """docs/rules.md has the preferences in their order, and says which of them are proof."""
    table = re.search(rf"^Of `{network}`.*?\n\n((?:\|.*\n)+)", (ROOT / "docs/rules.md").read_text(), re.MULTILINE)
    assert table
    words = {True: "yes", False: "**no**"}
    rows = [
        (str(n), preference.text, words[preference.is_proof]) for n, preference in enumerate(PREFERENCES[network], 1)
    ]
    assert re.findall(r"^\| (\d+) \| (.+?) \| (.+?) \|", table[1], re.MULTILINE) == rows


def test_reasons_of_the_rules() -> None:
    """docs/rules.md has the reasons to skip an address in their order."""
    reasons = re.findall(r"^\| \*(.+?)\* \|", (ROOT / "docs/rules.md").read_text(), re.MULTILINE)
    assert reasons == [reason.text for reason in rules.EXCLUSIONS]


def test_modules_of_the_code() -> None:
    """docs/maintainers/code.md names each module once, and no other."""
    page = (ROOT / "docs/maintainers/code.md").read_text()
    tree = re.search(r"^    __main__\.py.*?(?=^\S)", page, re.DOTALL | re.MULTILINE)
    assert tree
    named, folder = [], ""
    for line in filter(str.strip, tree[0].splitlines()):
        name = line.split()[0]
        folder = name if name.endswith("/") else folder if line.startswith(" " * 8) else ""
        named += [folder + name] if name != folder else []
    product = ROOT / "racknet"
    modules = [str(path.relative_to(product)) for path in product.rglob("*.py") if path.name != "__init__.py"]
    assert sorted(named) == sorted(modules)
