"""The supply chain: the same sources give the same executable, with a bill of materials; and it sends nothing."""

from __future__ import annotations

import json
import os
import re
import sys
import time
from pathlib import Path
from shutil import copy, copytree

import pytest
from support import engine
from support.forms import Run
from support.pages import ROOT

DATE = "1700000000"


@pytest.mark.alone
@pytest.mark.all
def test_reproducible(tmp_path: Path) -> None:
    """Two builds from nothing, in other folders, under other umasks and a minute apart, give the same layer."""
    layers, start = [], -60.0
    for name, umask in (("first", 0o022), ("second", 0o077)):
        time.sleep(max(0, start + 60 - time.monotonic()))
        start = time.monotonic()
        folder = tmp_path / name / ("x" * umask)
        before = os.umask(umask)
        try:
            for part in ("packaging/executable", "racknet"):
                copytree(ROOT / part, folder / part, copy_function=copy)
            for part in ("Dockerfile", "docker-bake.hcl", ".dockerignore"):
                copy(ROOT / part, folder)
        finally:
            os.umask(before)
        tag = f"racknet/tests:{name}"
        words = ("--no-cache", "--set", f"image.tags={tag}", "image")
        engine.bake(folder, *words, umask=umask, SOURCE_DATE_EPOCH=DATE)
        try:
            layers.append(json.loads(engine.docker("image", "inspect", tag))[0]["RootFS"]["Layers"])
        finally:
            engine.command("docker", "rmi", tag)
    assert len(layers[0]) == 1
    assert layers[0] == layers[1]


@pytest.fixture(scope="module")
def materials(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What collect_materials.sh found in the build stage."""
    folder = tmp_path_factory.mktemp("materials")
    output = f"materials-amd64.output=type=local,dest={folder}"
    engine.bake(ROOT, "--set", output, "materials-amd64", SOURCE_DATE_EPOCH=DATE)
    return folder


@pytest.mark.all
def test_bill_of_materials(materials: Path) -> None:
    """The bill names all that is linked and frozen in, with the versions that dpkg-query shows in the build stage."""
    with engine.executable() as path:
        words = [sys.executable, str(ROOT / "packaging" / "sbom.py"), str(materials), "amd64", path]
        bill = json.loads(engine.command(*words).out)
    versions = {part["name"]: part["version"] for part in bill["components"]}
    assert {"libpython3.13-dev", "libc6-dev", "python3-click", "python3-typer", "psutil"} <= set(versions)
    show = engine.run(engine.PACKAGE, "-W", "-f", "${Package} ${Version}\\n", flags=["--entrypoint=dpkg-query"])
    installed = dict(line.split() for line in show.out.splitlines())
    pypi = {"netifaces-plus", "psutil"}
    assert {name: versions[name] for name in versions if name not in pypi} == {
        name: installed[name] for name in versions if name not in pypi
    }
    pinned = (ROOT / "packaging" / "executable" / "requirements.txt").read_text()
    assert all(f"{name}=={versions[name]}" in pinned for name in pypi)
    assert bill["metadata"]["component"]["name"] == "racknet"


@pytest.mark.all
def test_licences(materials: Path) -> None:
    """Each part that is linked or frozen in comes with the text of its licence."""
    lists = [(materials / f"{name}.tsv").read_text().splitlines() for name in ("debian", "pypi")]
    parts = {line.split("\t")[0] for lines in lists for line in lines}
    texts = {path.stem: path.read_text() for path in (materials / "licences").iterdir()}
    assert set(texts) == parts
    assert "PYTHON SOFTWARE FOUNDATION LICENSE" in texts["libpython3.13-dev"]
    assert all("Permission" in text or "Redistribution" in text or "GPL" in text for text in texts.values())


@pytest.mark.parametrize(
    "words", ["public", "service ipv6", "service --reach 10.208.7.7", "list", "env", "public --explain --json"]
)
def test_sends_nothing(host: str, run: Run, words: str) -> None:
    """Every socket is for netlink or ioctl. None is connected, and every message goes to the kernel."""
    trace = "strace -f -e trace=network,openat,creat -o /tmp/trace"
    result = run(host, f"{trace} $racknet {words}")
    lines = engine.docker("exec", host, "cat", "/tmp/trace").splitlines()
    assert result.status == 0, result.err
    sockets = {line.partition("socket(")[2].split(", SOCK")[0].split("|")[0] for line in lines if "socket(" in line}
    assert "AF_NETLINK" in sockets
    assert sockets <= {"AF_NETLINK", "AF_INET, SOCK_DGRAM", "AF_INET", "AF_INET6", "AF_UNIX"}
    assert not [line for line in lines if "SOCK_STREAM" in line and "AF_UNIX" not in line]
    assert not [line for line in lines if " connect(" in line]
    sent = [line for line in lines if any(f" {call}(" in line for call in ("sendto", "sendmsg", "sendmmsg"))]
    assert sent
    # strace names the types for bound sockets only
    asking = re.compile("nlmsg_type=(RTM_GET(LINK|ADDR|ROUTE)|0x1[26a])\\b")
    assert all(asking.search(line) for line in sent)
    assert not [line for line in lines if "O_WRONLY" in line or "O_RDWR" in line or " creat(" in line]
