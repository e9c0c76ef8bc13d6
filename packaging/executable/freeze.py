"""Writes frozen.c and frozen.bin: the Python and built-in modules that the executable holds; frozen.txt: their files.

usage: freeze.py FOLDER...    (FOLDERs are searched before the standard library)

`modulefinder` follows every import from the entry points below. What is imported only for other systems, or on ways
that racknet never takes, is named in UNUSED; what libpython has frozen itself is left out. frozen.bin is the modules'
code in one piece; frozen.c has the two tables that the interpreter is started with. In the first, those that the fast
path needs stand first, each behind the modules that it imports: main.c executes them in this order.
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
    """Return code without its line numbers, which take more room than its instructions: no traceback reaches a user."""
    constants = [without_lines(value) if isinstance(value, CodeType) else value for value in code.co_consts]
    unknown = b"\xff" * -(-len(code.co_code) // 16)  # an entry for eight instructions: no location
    return code.replace(co_linetable=unknown, co_consts=tuple(constants))


def parse(module: Module) -> ast.Module:
    """Return a module's source without what nothing needs."""
    tree = ast.parse(Path(module.__file__).read_bytes())
    if module.__name__.startswith("psutil"):
        tree.body = list(filter(is_asked, tree.body))
    if module.__name__.startswith("racknet") and module.__name__ != ANNOTATED:
        tree = ast.fix_missing_locations(Slim().visit(tree))
    return tree


def in_order(name: str, modules: dict[str, Module]) -> list[str]:
    """Return the names of the modules that are loaded with a module, itself included, each behind those it imports."""
    if name not in modules:  # not a module but a name in one, or one in C
        return []
    imported = [name.rpartition(".")[0]]
    for statement in parse(modules[name]).body:
        match statement:
            case ast.Import(names=names):
                imported += [each.name for each in names]
            case ast.ImportFrom(module=package, names=names):
                imported += [package, *(f"{package}.{each.name}" for each in names)]
    return list(dict.fromkeys([*(each for other in imported for each in in_order(other, modules)), name]))


def frozen_code(module: Module) -> bytes:
    """Return a module's code, without docstrings and line numbers."""
    tree = parse(module)
    level = 1 if module.__name__ == ANNOTATED else 2
    code = compile(tree, f"<{module.__name__}>", "exec", dont_inherit=True, optimize=level)
    return marshal.dumps(without_lines(code))


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
        for name, module in sorted(finder.modules.items())
        if module.__file__ and not _imp.is_frozen(name) and name not in LINKED
    }
    blob, frozen, files = b"", [], []
    for name in dict.fromkeys([*in_order(FAST_PATH, modules), *modules]):
        module = modules[name]
        data = frozen_code(module)
        frozen.append(f'    {{"{name}", frozen_code + {len(blob)}, {len(data)}, {int(bool(module.__path__))}}},')
        blob += data
        files.append(f"{module.__file__}\n")
    # CPython's own table, in the file that libpython was linked with, less what nothing imports.
    config = next(stdlib.glob("config-*/config.c")).read_text()
    own = dict(re.findall(r'\{"([\w.]+)", (\w+)\},', config))
    wanted = {name: function for name, function in own.items() if name in finder.modules} | LINKED
    wanted |= {"marshal": "PyMarshal_Init", "_imp": "PyInit__imp", "builtins": "NULL", "sys": "NULL"}
    functions = sorted(set(wanted.values()) - {"NULL"})
    Path("frozen.bin").write_bytes(blob)
    Path("frozen.txt").write_text("".join(files))
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
