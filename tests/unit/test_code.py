"""Imports run one way: from the entry point down to the pure core, and to the errors below all."""

from __future__ import annotations

import ast
from pathlib import Path

import code_map

PRODUCT = Path(__file__).parent.parent.parent / "racknet"
MODULES = sorted(path for path in PRODUCT.rglob("*.py") if path.name != "__init__.py")
CORE = [  # each imports those before it
    *("facts", "matching", "query", "known", "rules", "eligibility", "text", "preferences", "comparison", "selection"),
    *("why", "inventory", "disguise", "cloud_hints"),
]


def imports(path: Path) -> set[str]:
    """Return the paths of racknet's modules and packages that a module imports, wherever in it."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "racknet":
            base = PRODUCT.parent / (node.module or "").replace(".", "/")
            names = [base / f"{alias.name}.py" for alias in node.names]
            found |= {name if name.exists() else base.with_suffix(".py") for name in names}
        elif isinstance(node, ast.Import):
            names = [PRODUCT.parent / f"{alias.name.replace('.', '/')}.py" for alias in node.names]
            found |= {name for name in names if name.is_relative_to(PRODUCT)}
    return {str(path.relative_to(PRODUCT)) for path in found if path.is_relative_to(PRODUCT)}


def package(path: str) -> str:
    """Return the package of a module, or the module itself where it is in none."""
    return path.partition("/")[0].removesuffix(".py")


def test_layers() -> None:
    """The layers are those of the design, and each package and module is in one of them."""
    assert code_map.LAYERS == [
        ["__main__"],
        ["api", "cli", "swarm"],
        ["lookup", "output", "parsing"],
        ["host"],
        ["core"],
        ["errors"],
    ]
    placed = {name for layer in code_map.LAYERS for name in layer}
    assert placed == {package(str(path.relative_to(PRODUCT))) for path in MODULES}


def test_imports_run_one_way() -> None:
    """No module imports from a layer above its own, and within a layer imports run one way, too."""
    order = [name for layer in code_map.LAYERS for name in layer]
    wrong = {
        (str(path.relative_to(PRODUCT)), other)
        for path in PRODUCT.rglob("*.py")
        if path != PRODUCT / "__init__.py"
        for other in imports(path)
        if order.index(package(str(path.relative_to(PRODUCT)))) > order.index(package(other))
    }
    assert wrong == set()


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
    """The tests above see imports of modules, of names in them, and those inside of functions."""
    assert "core/rules.py" in imports(PRODUCT / "core" / "selection.py")  # from racknet.core import rules
    assert "host/reader.py" in imports(PRODUCT / "lookup.py")  # from racknet.host.reader import read_host
    assert "swarm/command.py" in imports(PRODUCT / "cli" / "app.py")  # in a function
