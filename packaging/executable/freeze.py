"""Writes frozen.c and frozen.bin: the Python and built-in modules that the executable holds; frozen.txt: their files.

usage: freeze.py FOLDER...    (FOLDERs are searched before the standard library)

`modulefinder` follows every import from the entry points below. What is imported only for other systems, or on ways
that racknet never takes, is named in UNUSED; what libpython has frozen itself is left out. frozen.bin is the modules'
code in one piece; frozen.c has the two tables that the interpreter is started with. What the fast path loads is in one
module of the table, fast_path.
"""

import _imp
import ast
import marshal
import re
import sys
import sysconfig
from itertools import product
from modulefinder import AddPackagePath, Module, ModuleFinder
from pathlib import Path
from types import CodeType

FAST_PATH = "racknet.__main__"
ENTRY_POINTS = [FAST_PATH, "racknet.cli.app", "encodings.ascii", "encodings.latin_1", "encodings.utf_8"]

ANNOTATED = "racknet.cli.app"  # whose annotations Typer reads

# In C, and linked in beside libpython: what the Dockerfile compiles.
LINKED = {
    "_netifaces": "PyInit__netifaces",
    "psutil._psutil_linux": "PyInit__psutil_linux",
    "psutil._psutil_posix": "PyInit__psutil_posix",
}

UNUSED = """
_pydatetime _pydecimal _pyio _strptime _winapi _wmi argparse asyncio base64 bdb bz2 click._termui_impl click._winconsole
cmd code codeop colorama concurrent ctypes curses distutils doctest ftplib getopt getpass hashlib hmac
importlib._bootstrap importlib._bootstrap_external importlib.metadata importlib.resources lzma msvcrt multiprocessing nt
ntpath nturl2path optparse pdb pickle plistlib pydoc random readline rich secrets setuptools shellingham sqlite3 ssl
statistics tarfile tempfile test tkinter tomllib tracemalloc typer.cli typer.rich_utils typer.testing typing_extensions
unicodedata unittest urllib.error urllib.request urllib.response webbrowser winreg xml zipfile zlib
psutil._psaix psutil._psbsd psutil._psosx psutil._pssunos psutil._pswindows psutil.tests
racknet.api racknet.swarm
""".split()

TUPLES = ("snetio", "snicstats")  # psutil's, of its thirty, that its net_if_stats makes


class Slim(ast.NodeTransformer):
    """Takes out what only readers and type checkers need: annotations, and what stands behind TYPE_CHECKING."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        for argument in ast.walk(node.args):
            if isinstance(argument, ast.arg):
                argument.annotation = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST | None:
        return node.value and ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> ast.AST | None:
        return None if node.module == "__future__" else node

    def visit_If(self, node: ast.If) -> ast.AST | None:
        return None if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING" else self.generic_visit(node)


def is_asked(node: ast.stmt) -> bool:
    """Return whether psutil's net_if_stats may need a statement. Named tuples and patterns take long to make."""
    match node:
        case ast.Import(names=[ast.alias(name="base64")]):  # with it come binascii and zlib
            return False
        case ast.ClassDef(name="Process"):
            return False
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=ast.Name(id="namedtuple"))):
            return name in TUPLES
    return True


def without_lines(code: CodeType) -> CodeType:
    """Return code without what only tracebacks have, of which none reaches a user: mostly line numbers."""
    constants = [without_lines(value) if isinstance(value, CodeType) else value for value in code.co_consts]
    return code.replace(co_linetable=b"", co_qualname=code.co_name, co_consts=tuple(constants))


def parse(module: Module) -> ast.Module:
    """Return a module's source without what nothing needs."""
    tree = ast.parse(Path(module.__file__).read_bytes())
    if module.__name__.startswith("psutil"):
        tree.body = list(filter(is_asked, tree.body))
    if module.__name__.startswith("racknet") and module.__name__ != ANNOTATED:
        tree = ast.fix_missing_locations(Slim().visit(tree))
    return tree


def code_of(module: Module) -> CodeType:
    """Return a module's code, without docstrings and lines."""
    level = 1 if module.__name__ == ANNOTATED else 2
    return without_lines(compile(parse(module), f"<{module.__name__}>", "exec", dont_inherit=True, optimize=level))


def add_in_order(name: str, modules: dict[str, Module], order: list[str]) -> None:
    """Add a module to the order in which they are loaded: behind its package, and behind all that it imports first."""
    if name not in modules or name in order:  # a name may be that of a function, too
        return
    add_in_order(name.rpartition(".")[0], modules, order)
    for statement in parse(modules[name]).body:
        match statement:
            case ast.Import(names=names):
                imported = [each.name for each in names]
            case ast.ImportFrom(module=package, names=names):
                imported = [package, *(f"{package}.{each.name}" for each in names)]
            case _:
                imported = []
        for each in imported:
            add_in_order(each, modules, order)
    order.append(name)


def code_of_fast_path(names: list[str], modules: dict[str, Module]) -> CodeType:
    """Return the code of fast_path.py with that of its modules."""
    path = Path(__file__).with_name("fast_path.py")
    code = without_lines(compile(path.read_bytes(), "<fast_path>", "exec", dont_inherit=True, optimize=2))
    entries = tuple((name, bool(modules[name].__path__), code_of(modules[name])) for name in names)
    return code.replace(co_consts=tuple(entries if each == "MODULES" else each for each in code.co_consts))


def main(folders: list[str]) -> None:
    """Write both files into the current folder."""
    stdlib = Path(sysconfig.get_path("stdlib"))
    for folder, package in product([*folders, stdlib], ["encodings", "psutil"]):  # the shims' submodules are there
        AddPackagePath(package, f"{folder}/{package}")
    finder = ModuleFinder([*folders, str(stdlib)], excludes=UNUSED)
    for name in ENTRY_POINTS:
        finder.import_hook(name)
    modules = {
        name: module
        for name, module in finder.modules.items()
        if module.__file__ and not _imp.is_frozen(name) and name not in LINKED
    }
    fast_path: list[str] = []
    add_in_order(FAST_PATH, modules, fast_path)
    blob = marshal.dumps(code_of_fast_path(fast_path, modules))
    frozen = [f"    /* fast_path has {' '.join(fast_path)} */", f'    {{"fast_path", frozen_code, {len(blob)}, 0}},']
    for name in sorted(modules.keys() - fast_path):
        data = marshal.dumps(code_of(modules[name]))
        frozen.append(f'    {{"{name}", frozen_code + {len(blob)}, {len(data)}, {int(bool(modules[name].__path__))}}},')
        blob += data
    # CPython's own table, in the file that libpython was linked with, less what nothing imports.
    config = next(stdlib.glob("config-*/config.c")).read_text()
    own = dict(re.findall(r'\{"([\w.]+)", (\w+)\},', config))
    wanted = {name: function for name, function in own.items() if name in finder.modules} | LINKED
    wanted |= {"marshal": "PyMarshal_Init", "_imp": "PyInit__imp", "builtins": "NULL", "sys": "NULL"}
    functions = sorted(set(wanted.values()) - {"NULL"})
    Path("frozen.bin").write_bytes(blob)
    Path("frozen.txt").write_text("".join(f"{modules[name].__file__}\n" for name in sorted(modules)))
    Path("frozen.c").write_text(
        "/* Written by freeze.py. */\n#include <Python.h>\n\n"
        '__asm__(".section .rodata\\nfrozen_code: .incbin \\"frozen.bin\\"\\n.previous");\n'
        "extern const unsigned char frozen_code[];\n\n"
        "const struct _frozen racknet_frozen[] = {\n"
        + "\n".join(frozen)
        + "\n    {0}\n};\n\n"
        + "".join(f"extern PyObject *{function}(void);\n" for function in functions)
        + "\nstruct _inittab _PyImport_Inittab[] = {\n"
        + "".join(f'    {{"{name}", {function}}},\n' for name, function in sorted(wanted.items()))
        + "    {0}\n};\n"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
