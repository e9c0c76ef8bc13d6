"""How the executable is made: which modules are frozen into it, and for which machines."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from support import engine
from support.engine import CommandResult
from support.pages import ROOT

from racknet import __version__

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
UNWANTED = set("asyncio docker requests ssl unittest rich ctypes multiprocessing _ssl _hashlib".split())


def test_racknet_is_frozen(frozen: set[str]) -> None:
    """All modules of racknet are in the executable except those for Python alone, and no module that it never needs."""
    paths = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "racknet").rglob("*.py")]
    own = {".".join(path.parts).removesuffix(".__init__") for path in paths}
    extra = {name for name in own if f"{name}.".startswith(("racknet.swarm.", "racknet.api."))}
    assert own - frozen == extra
    assert "racknet.swarm.command" in extra
    assert UNWANTED & frozen == set()
    assert len(frozen - own) < 150


@pytest.mark.all
def test_arm64(rackspace_network: str) -> None:
    """The executable for arm64 is built on this machine, and answers under qemu-user, where some ioctls are missing."""
    result = engine.build(str(ROOT / "script" / "executable"), "arm64")
    assert (result.out, result.status) == ("dist/racknet-linux-arm64\n", 0), result.err
    flags = [f"--net={rackspace_network}", "--entrypoint=sleep"]
    with engine.started("racknet/tests:qemu", "120", flags=flags) as container:
        engine.docker("cp", str(ROOT / "dist" / "racknet-linux-arm64"), f"{container}:/racknet")
        run = ["docker", "exec", container, "qemu-aarch64", "/racknet"]
        assert engine.command(*run, "service", "ipv6") == CommandResult("fe80::be76:4eff:fe20:b452\n", "", 0)
        listed = engine.command(*run, "list", "--json")
        assert (listed.err, listed.status) == ("", 0)
        answers = {entry["address"] for entry in json.loads(listed.out)["addresses"] if entry["answers"]}
        assert answers >= {"10.208.1.5", "104.130.0.127"}
        assert engine.command(*run, "--help").status == 0


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


def test_version_of_the_image() -> None:
    """A plain `docker buildx bake` gives the image the package's version, as a tag and as a label."""
    result = engine.command("docker", "buildx", "bake", "--file", str(ROOT / "docker-bake.hcl"), "--print", "image")
    plan = json.loads(result.out)["target"]["image"]
    assert plan["tags"] == [engine.IMAGE, engine.VERSIONED]
    assert plan["labels"]["org.opencontainers.image.version"] == __version__
