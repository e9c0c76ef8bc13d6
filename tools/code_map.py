"""The packages of racknet, their modules, and which package imports which: read from the code."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent / "racknet"

# The layers, from the top. A package imports what is below it, or to the right of it in its own layer.
LAYERS = [["__main__"], ["api", "cli", "swarm"], ["lookup", "output", "parsing"], ["host"], ["core"], ["errors"]]

Imports = set[tuple[str, str]]  # the first of each pair imports the second


def read_modules() -> dict[str, list[str]]:
    """Return the modules of each package; none for a package that is one module."""
    found: dict[str, list[str]] = {package: [] for layer in LAYERS for package in layer}
    for package, path in _modules():
        found.setdefault(package, []).extend({path.stem} - {package, "__init__"})
    return found


def read_purpose(package: str) -> str:
    """Return the first sentence of a package's docstring."""
    path = ROOT / package / "__init__.py" if (ROOT / package).is_dir() else ROOT / f"{package}.py"
    paragraph = (ast.get_docstring(ast.parse(path.read_text())) or "").partition("\n\n")[0]
    return paragraph.replace("\n", " ").partition(". ")[0].removesuffix(".")


def read_imports() -> Imports:
    """Return which package imports which, anywhere in its code."""
    found = set()
    for package, path in _modules():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.split(".")[0] == "racknet":
                names = node.module.split(".")[1:2] or [alias.name for alias in node.names]
                found |= {(package, name) for name in names if _is_package(name) and name != package}
    return found


def without_implied(imports: Imports) -> Imports:
    """Return the imports that do not follow from others: A imports B, and B imports C, so A may import C."""
    return {
        (a, b) for a, b in imports if not any(_leads(imports, c, b) for first, c in imports if first == a and c != b)
    }


def wrong_imports(imports: Imports) -> Imports:
    """Return the imports that run up, or to the left."""
    order = [package for layer in LAYERS for package in layer]
    return {(a, b) for a, b in imports if order.index(a) > order.index(b)}


def _modules() -> Iterator[tuple[str, Path]]:
    """Yield the package and the path of each module, except for racknet's own `__init__`."""
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT).with_suffix("").parts
        if parts != ("__init__",):
            yield parts[0], path


def _is_package(name: str) -> bool:
    return (ROOT / name).is_dir() or (ROOT / f"{name}.py").exists()


def _leads(imports: Imports, start: str, end: str) -> bool:
    return (start, end) in imports or any(_leads(imports, b, end) for a, b in imports if a == start)
