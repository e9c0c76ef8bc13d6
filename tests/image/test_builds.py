"""How the executable is made: which modules are frozen into it, and for which machines."""

from __future__ import annotations

import gzip
import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from architectures import ARCHITECTURES, BY_NAME, Architecture
from support import engine
from support.engine import refused
from support.pages import ROOT

from racknet import __version__

INSTALL = (ROOT / "docs" / "install.md").read_text()
# Run every command in one interpreter; then print which modules it has loaded.
LOADED = """
import contextlib, io, json, sys
before = set(sys.modules)
from racknet.__main__ import main
for line in [
    "public", "service ipv6 --json --all --explain --interface * --cidr ::/0", "list", "list --json",
    "env --wait 0.1", "--help", "public --help", "pubic", "public -x", "exec no-such-command", "--version", "",
    "public --cidr x", "public --cidr 10.255.255.255", "service --reach 10.1.2.3 --exclude 10.255.0.0/16 --all",
    "report", "report --as-is", "service --strict", "public --json --cidr x", "env --require public:ipv6,service",
]:
    sys.argv[1:] = line.split()
    with contextlib.redirect_stdout(io.StringIO()):
        main()
print(json.dumps(sorted(set(sys.modules) - before)), file=sys.stderr)
"""
PATHS = """
import sys
sys.path += ["/package", "/usr/lib/python3/dist-packages", "/usr/local/lib/python3.13/dist-packages"]
sys.modules["rich"] = sys.modules["shellingham"] = None
"""
# The modules that libpython has frozen; those that are imported where they are there, and not needed; what the
# library's own `socket` and psutil import, and the executable's do not.
CPYTHON = """
os os.path posixpath ntpath genericpath stat _collections_abc collections.abc importlib.util codecs io abc site
importlib.machinery importlib._bootstrap importlib._bootstrap_external _frozen_importlib _frozen_importlib_external
_sitebuiltins
""".split()
OPTIONAL = "rich shellingham _bz2 _lzma bz2 lzma _compression _uuid _ctypes zlib array base64 binascii".split()


@pytest.fixture(scope="module")
def frozen() -> set[str]:
    """The modules of the tables that the executable was linked with, and those within fast_path."""
    with engine.copied("/frozen.c", "racknet/tests:frozen") as path:
        tables = Path(path).read_text()
    (within,) = re.findall(r"/\* fast_path has (.*) \*/", tables)
    return {*re.findall(r'\{"([\w.]+)", ', tables), *within.split()}


def test_loaded_modules_are_frozen(frozen: set[str]) -> None:
    """Each module that a command loads is in the executable: frozen by racknet or by CPython, or built in."""
    loaded = set()
    for variable in ("RACKNET_STRICT=0", "RACKNET_X=1"):  # the second is a mistake in each command
        ran = engine.run(engine.PACKAGE, "-I", "-S", "-c", PATHS + LOADED, flags=["--net=host", "-e", variable])
        loaded |= set(json.loads(ran.err.splitlines()[-1]))
    assert {"racknet.output.table", "racknet.output.json", "racknet.output.report", "racknet.cli.mistakes"} <= loaded
    assert {"racknet.cli.env_exec", "difflib"} <= loaded
    assert loaded - frozen - {*CPYTHON, *OPTIONAL} == set()


# Neither racknet nor anything that it needs loads these.
UNWANTED = set("asyncio docker requests ssl unittest rich ctypes multiprocessing zlib _ssl _hashlib".split())


def test_racknet_is_frozen(frozen: set[str]) -> None:
    """All modules of racknet are in the executable except those for Python alone, and no module that it never needs."""
    paths = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "racknet").rglob("*.py")]
    own = {".".join(path.parts).removesuffix(".__init__") for path in paths}
    extra = {name for name in own if f"{name}.".startswith(("racknet.swarm.", "racknet.api."))}
    assert own - frozen == extra
    assert "racknet.swarm.command" in extra
    assert UNWANTED & frozen == set()
    assert len(frozen - own) < 150


# What readelf calls them, and what each is asked, with the status. qemu-user has no ioctl for speed and MTU.
MACHINES = {
    "amd64": "Advanced Micro Devices X86-64",
    "arm64": "AArch64",
    "armv7": "ARM",
    "ppc64le": "PowerPC64",
    "riscv64": "RISC-V",
    "s390x": "IBM S/390",
}
QUESTIONS = {"public": 0, "service ipv6": 0, "list --json": 0, "service --exclude eth1": 1, "pubic": 2}
LACKED = re.compile(r'"(speed|mtu)": \d+')


@pytest.mark.all
@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda architecture: architecture.name)
def test_executable(architecture: Architecture, rackspace_network: str) -> None:
    """Each machine's executable is built on this one, is static, and says under qemu-user what the image says."""
    result = engine.build(str(ROOT / "script" / "executable"), architecture.name)
    name = f"dist/racknet-linux-{architecture.name}"
    assert (result.out, result.status) == (f"{name}\n", 0), result.err
    headers = engine.command("readelf", "--wide", "--file-header", "--program-headers", str(ROOT / name)).out
    assert re.findall(r"Machine: +(.+)", headers) == [MACHINES[architecture.name]]
    assert not re.search("INTERP|DYNAMIC", headers)
    flags = [f"--net={rackspace_network}", f"--volume={ROOT / name}:/racknet:ro"]
    for words, status in QUESTIONS.items():
        expected = engine.ask(rackspace_network, *words.split())
        assert expected.status == status
        answer = engine.run(
            "racknet/tests:qemu", f"qemu-{architecture.emulator}", "/racknet", *words.split(), flags=flags
        )
        assert answer == replace(expected, out=LACKED.sub(r'"\1": null', expected.out))
    (megabytes,) = re.findall(rf"\| `racknet-linux-{architecture.name}` .* ([\d.]+) MB \|", INSTALL)
    assert len(gzip.compress((ROOT / name).read_bytes(), 9)) / 1e6 == pytest.approx(float(megabytes), rel=0.03)


def test_unknown_executable() -> None:
    """script/executable builds nothing where one of its names is wrong, and says which names there are."""
    result = engine.command(str(ROOT / "script" / "executable"), "amd64", "linux/arm/v7")
    hint = f"hint: it is built for {' '.join(BY_NAME)}"
    assert refused(result, 2) == f"script/executable: racknet is not built for 'linux/arm/v7'\n{hint}\n"


def plan(*targets: str) -> dict[str, Any]:
    """Return the targets that `docker buildx bake` would build, by their names."""
    result = engine.command("docker", "buildx", "bake", "--file", str(ROOT / "docker-bake.hcl"), "--print", *targets)
    targets_by_name: dict[str, Any] = json.loads(result.out)["target"]
    return targets_by_name


def test_names_of_the_architectures() -> None:
    """Bake and the Dockerfile have the names of packaging/architectures.py."""
    assert {name: target["platforms"] for name, target in plan("one", "executable", "materials").items()} == {
        f"{kind}-{architecture.name}": [f"linux/{architecture.platform}"]
        for kind in ("image", "executable", "materials")
        for architecture in ARCHITECTURES
    }
    dockerfile = (ROOT / "Dockerfile").read_text()
    cases = re.findall(r"^(\w+)\) debian=(\w+) gnu=", dockerfile, re.MULTILINE)
    assert cases == [(architecture.name, architecture.debian) for architecture in ARCHITECTURES]
    *names, last = BY_NAME
    assert f'but for {", ".join(names)} and {last}"' in dockerfile


@pytest.mark.all
def test_plain_bake() -> None:
    """A plain `docker buildx bake` gives an image of today, with a file that is not of 1970."""
    tag = "racknet/tests:plain"
    engine.bake(ROOT, "--set", f"image.tags={tag}")
    try:
        created = datetime.fromisoformat(json.loads(engine.docker("image", "inspect", tag))[0]["Created"][:19])
        assert datetime.now() - created < timedelta(days=365)  # what is in the engine's cache keeps its date
        with engine.executable(tag) as path:
            assert datetime.fromtimestamp(Path(path).stat().st_mtime).year > 2020
    finally:
        engine.command("docker", "rmi", tag)


def test_default_of_bake() -> None:
    """A plain `docker buildx bake` makes the image alone, of this machine's kind, with the package's version."""
    targets = plan()
    assert set(targets) == {"image"}
    image = targets["image"]
    assert "platforms" not in image
    assert image["tags"] == [engine.IMAGE, engine.VERSIONED]
    assert image["labels"]["org.opencontainers.image.version"] == __version__
