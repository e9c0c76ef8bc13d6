"""How the executable is made: what is frozen in, for which machines, and where else it runs."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import engine
import pytest
from hosts import HOSTS

ROOT = Path(__file__).parent.parent.parent

# Every command of racknet's, in one interpreter; then what it has loaded.
LOADED = """
import contextlib, io, json, sys
before = set(sys.modules)
from racknet.__main__ import main
for line in [
    "public", "service ipv6 --json --all --explain --interface * --cidr ::/0", "list", "list --json",
    "env --wait 0.1", "--help", "public --help", "pubic", "public -x", "exec no-such-command", "--version", "",
    "public --cidr x", "public --cidr 10.255.255.255",
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
# What CPython has frozen itself; what is asked for, and done without where it is not there.
CPYTHON = """
os os.path posixpath ntpath genericpath stat _collections_abc collections.abc importlib.util codecs io abc site
importlib.machinery importlib._bootstrap importlib._bootstrap_external _frozen_importlib _frozen_importlib_external
_sitebuiltins
""".split()
OPTIONAL = "rich shellingham _bz2 _lzma bz2 lzma _compression _uuid _ctypes".split()


@pytest.fixture(scope="module")
def tables() -> str:
    """The tables that the executable was linked with, as C."""
    container = engine.docker("create", "--label", engine.LABEL, "racknet/tests:frozen").strip()
    try:
        return engine.docker("cp", f"{container}:/frozen.c", "-")
    finally:
        engine.command("docker", "rm", container)


def test_all_that_is_loaded_is_frozen(tables: str) -> None:
    """Whatever a command loads is in the executable: frozen by racknet or by CPython, or built in."""
    run = ["docker", "run", "--rm", "--label", engine.LABEL, "--net=host", "-e", "RACKNET_X=1", engine.PACKAGE]
    loaded = set(json.loads(engine.command(*run, "-I", "-S", "-c", PATHS + LOADED).err.splitlines()[-1]))
    assert "racknet.table" in loaded
    frozen = set(re.findall(r'\{"([\w.]+)", ', tables))
    assert loaded - frozen - {*CPYTHON, *OPTIONAL} == set()


def test_all_of_racknet_is_frozen(tables: str) -> None:
    """Each of racknet's own modules is in but those of the extra, and nothing that racknet never takes."""
    frozen = set(re.findall(r'\{"([\w.]+)", ', tables))
    own = {f"racknet.{path.stem}" for path in (ROOT / "racknet").glob("*.py") if path.stem != "__init__"}
    extra = {f"racknet.{name}" for name in ("cluster", "cluster_report", "docker_json", "nodes", "swarm")}
    assert own - frozen == extra
    assert (
        not {
            "asyncio",
            "docker",
            "requests",
            "ssl",
            "http",
            "unittest",
            "rich",
            "ctypes",
            "multiprocessing",
            "_ssl",
            "_hashlib",
        }
        & frozen
    )
    assert len(frozen) < 180


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A host of Rackspace's: its network, for `docker run --net=`."""
    (rackspace,) = [row for row in HOSTS if row.name == "rackspace"]
    with engine.laid_out(rackspace.read.script) as helper:
        yield f"container:{helper}"


BUSYBOX = """\
FROM {host} AS busybox
FROM scratch
COPY --from=busybox /bin/busybox /bin/sh
COPY --from=racknet/ip /racknet /usr/local/bin/racknet
"""
OTHERS = {
    "scratch": "FROM scratch\nCOPY --from=racknet/ip /racknet /usr/local/bin/racknet\n",
    "debian": "FROM debian:trixie-slim\nCOPY --from=racknet/ip /racknet /usr/local/bin/racknet\n",
    "busybox": BUSYBOX.format(host=engine.HOST),  # static, and without any library: what Alpine has is more
}


@pytest.mark.parametrize("name", OTHERS)
def test_in_other_images(name: str, host: str, worker_id: str) -> None:
    """Copied into any image, the file answers there."""
    tag = f"racknet/tests:copied-{name}-{worker_id}"
    engine.image(tag, OTHERS[name])
    run = ["docker", "run", "--rm", "--label", engine.LABEL, f"--net={host}"]
    try:
        assert engine.command(*run, tag, "/usr/local/bin/racknet", "service") == engine.Said("10.208.1.5\n", "", 0)
        if name != "scratch":
            script = 'set -eu; ip=$(/usr/local/bin/racknet public); echo "[$ip]"'
            assert engine.command(*run, tag, "/bin/sh", "-c", script) == engine.Said("[104.130.0.127]\n", "", 0)
    finally:
        engine.command("docker", "rmi", tag)


def test_arm64(host: str) -> None:
    """The executable for arm64 is made on this machine, and answers under qemu-user, where some ioctls are missing."""
    said = engine.build(str(ROOT / "script" / "executable"), "arm64")
    assert (said.out, said.status) == ("dist/racknet-linux-arm64\n", 0), said.err
    helper = engine.docker(
        *(
            "run",
            "-d",
            "--rm",
            "--label",
            engine.LABEL,
            f"--net={host}",
            "--entrypoint",
            "sleep",
            "racknet/tests:qemu",
            "120",
        )
    ).strip()
    try:
        engine.docker("cp", str(ROOT / "dist" / "racknet-linux-arm64"), f"{helper}:/racknet")
        run = ["docker", "exec", helper, "qemu-aarch64", "/racknet"]
        assert engine.command(*run, "service", "ipv6") == engine.Said("fe80::be76:4eff:fe20:b452\n", "", 0)
        listed = engine.command(*run, "list", "--json")
        assert (listed.err, listed.status) == ("", 0)
        assert {a["address"] for a in json.loads(listed.out)["addresses"] if a["answers"]} >= {
            "10.208.1.5",
            "104.130.0.127",
        }
        assert engine.command(*run, "--help").status == 0
    finally:
        engine.command("docker", "rm", "-f", helper)


def test_release_is_for_both() -> None:
    """The plan of a release: both architectures, with attestations."""
    said = engine.command("docker", "buildx", "bake", "--file", str(ROOT / "docker-bake.hcl"), "--print", "release")
    plan = json.loads(said.out)["target"]["release"]
    assert plan["platforms"] == ["linux/amd64", "linux/arm64"]
    assert [words.split(",")[0] for words in plan["attest"]] == ["type=provenance", "type=sbom"]
