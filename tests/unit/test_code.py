"""The code is as docs/code.md draws it: layers, imports in one direction, short modules, plain words."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path

import pytest
import typer

from racknet.cli.app import app

ROOT = Path(__file__).parent.parent.parent
PRODUCT = ROOT / "racknet"
MODULES = sorted(path for path in PRODUCT.rglob("*.py") if path.name != "__init__.py")
CORE = [
    "model",
    "matching",
    "rules",
    "providers",
    "eligibility",
    "ranking",
    "selection",
    "inventory",
]  # each imports those before it


def layers() -> list[list[str]]:
    """Return the drawing of docs/code.md: the paths of the modules, layer by layer from the top."""
    drawing = re.search(
        r"^    __main__\.py.*?(?=^\S)", (ROOT / "docs" / "code.md").read_text(), re.DOTALL | re.MULTILINE
    )
    assert drawing
    found = []
    for block in re.split(r"\n\s*\n", drawing[0].rstrip()):
        folder, paths = "", []
        for line in block.splitlines():
            name = line.split()[0]
            folder = name if name.endswith("/") else folder if line.startswith(" " * 8) else ""
            if name != folder:
                paths.append(folder + name)
        found.append(paths)
    return found


def imports(path: Path) -> set[str]:
    """Return the paths of racknet's modules and packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "racknet":
            base = ROOT / (node.module or "").replace(".", "/")
            names = [base / f"{alias.name}.py" for alias in node.names]
            found |= {name if name.exists() else base.with_suffix(".py") for name in names}
        elif isinstance(node, ast.Import):
            found |= {ROOT / f"{a.name.replace('.', '/')}.py" for a in node.names if a.name.startswith("racknet")}
    return {str(path.relative_to(PRODUCT)) for path in found if path.is_relative_to(PRODUCT)}


def package(path: str) -> str:
    """Return the package of a module, or the module itself where it is in none; `host.py` stands for a package."""
    return path.partition("/")[0].removesuffix(".py")


def test_drawing_has_every_module() -> None:
    """docs/code.md names each module once, and no other."""
    drawn = [path for layer in layers() for path in layer]
    assert sorted(drawn) == [str(path.relative_to(PRODUCT)) for path in MODULES]


def test_five_layers() -> None:
    """There are five layers, of these packages and modules."""
    assert [sorted({package(path) for path in layer}) for layer in layers()] == [
        ["__main__"],
        ["api", "cli", "swarm"],
        ["lookup", "output", "query"],
        ["host"],
        ["core", "errors"],
    ]


def test_imports_run_one_way() -> None:
    """No module imports from a layer above its own; packages never import each other, not even in a circle."""
    height = {package(path): place for place, layer in enumerate(layers()) for path in layer}
    used = {(package(str(path.relative_to(PRODUCT))), package(other)) for path in MODULES for other in imports(path)}
    used |= {("host", package(other)) for other in imports(PRODUCT / "host" / "__init__.py")}
    between = {(user, other) for user, other in used if user != other}
    assert {(user, other) for user, other in between if height[other] < height[user]} == set()
    while between:  # take away what imports nothing that is left
        free = {other for _, other in between} - {user for user, _ in between}
        assert free, f"a circle: {sorted(between)}"
        between = {(user, other) for user, other in between if other not in free}


def test_errors_are_below_everything() -> None:
    """The errors import nothing of racknet, and the core nothing but itself and them."""
    assert imports(PRODUCT / "errors.py") == set()
    beside = {package(other) for name in CORE for other in imports(PRODUCT / "core" / f"{name}.py")}
    assert beside <= {"core", "errors"}


def test_core_is_a_line() -> None:
    """Each module of the core imports only those before it."""
    assert sorted(CORE) == sorted(path.stem for path in MODULES if path.parent.name == "core")
    for place, name in enumerate(CORE):
        used = {Path(other).stem for other in imports(PRODUCT / "core" / f"{name}.py")} & set(CORE)
        assert used <= set(CORE[:place]), name


def test_imports_are_found() -> None:
    """The tests above see imports of modules, of packages, and those inside of functions."""
    assert "core/rules.py" in imports(PRODUCT / "core" / "ranking.py")  # from racknet.core import rules
    assert "host.py" in imports(PRODUCT / "lookup.py")  # from racknet.host import read_host
    assert "swarm/command.py" in imports(PRODUCT / "cli" / "app.py")  # in a function


def test_few_files_beside_the_packages() -> None:
    """At most nine files lie beside the packages."""
    assert len([path for path in PRODUCT.iterdir() if path.is_file()]) <= 9


def test_modules_are_short() -> None:
    """A module that passes 150 lines is two modules."""
    lengths = {path: len(path.read_text().splitlines()) for path in PRODUCT.rglob("*.py")}
    assert {str(path.relative_to(ROOT)): length for path, length in lengths.items() if length > 150} == {}


def test_functions_have_few_parameters() -> None:
    """No function has more than five parameters, beside options of the command line and the same arguments in Python.

    The commands themselves, the shapes of the core with what they leave out at their defaults, and the roots of
    `read_host`, which are for tests, are exempt.
    """
    command = typer.main.get_command(app)
    options = {option.name for each in command.commands.values() for option in each.params}  # type: ignore[attr-defined]
    found = {}
    for path in MODULES + list(PRODUCT.rglob("__init__.py")):
        place = str(path.relative_to(PRODUCT))
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and place != "cli/app.py":
                names = [a.arg for a in (*node.args.posonlyargs, *node.args.args) if a.arg not in ("self", "cls")]
                if (place, node.name) not in (("core/model.py", "__init__"), ("host/__init__.py", "read_host")):
                    names += [argument.arg for argument in node.args.kwonlyargs]
                names += [argument.arg for argument in (node.args.vararg, node.args.kwarg) if argument]
                is_command = package(place) in ("api", "cli", "swarm")
                counted = [name for name in names if not (is_command and name in options)]
                if len(counted) > 5:
                    found[f"{place}:{node.lineno} {node.name}"] = counted
    assert found == {}


def test_names_of_modules_are_unique() -> None:
    """No two modules of the product and the tests share a name."""
    paths = [path for folder in (PRODUCT, ROOT / "tests") for path in folder.rglob("*.py")]
    counts = Counter(path.stem for path in paths if path.stem not in ("__init__", "conftest"))
    assert [name for name, count in counts.items() if count > 1] == []


# What things were called before, and the dialect that was spoken: whole words, and phrases.
OLD_NAMES = (
    "Sight Verdict Question Subject classify _pick at_once answer_at_once laid_out standins made-of narrowed ASKED "
    "TOLD Unreadable Unwritable Unavailable arphrd devtype docker_json cluster_report"
).split()
DIALECT = [
    *"told seen whole surely plumbing card cards verdict verdicts".split(),
    *("passed over", "pass over", "no telling", "are level", "is level", "level with", "too much after"),
    *("whether it did", "to whose surprise", "should it come", "a word for those who", "a word on"),
]
PAGES = [
    *PRODUCT.rglob("*.py"),
    *(ROOT / "docs").glob("*.md"),
    *ROOT.glob("*.md"),
    *(ROOT / "examples").glob("*/README.md"),
]


@pytest.mark.parametrize("page", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_plain_words(page: Path) -> None:
    """No old name and no word of the old dialect is left in the code and the docs."""
    text = " ".join(page.read_text().split())
    found = [word for word in OLD_NAMES if re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text)]
    found += [word for word in DIALECT if re.search(rf"(?<![\w-]){word}(?![\w-])", text, re.IGNORECASE)]
    assert found == []
