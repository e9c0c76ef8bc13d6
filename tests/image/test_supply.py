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
from architectures import ARCHITECTURES, BY_NAME, Architecture
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
    """What collect_materials.sh found in the build stages: a folder for each architecture."""
    folder = tmp_path_factory.mktemp("materials")
    outputs = [f"--set=materials-{name}.output=type=local,dest={folder / name}" for name in BY_NAME]
    engine.bake(ROOT, *outputs, *[f"materials-{name}" for name in BY_NAME], SOURCE_DATE_EPOCH=DATE)
    return folder


def parts(materials: Path, name: str) -> set[str]:
    """Return the names of the packages that an executable is made of."""
    lists = [(materials / name / f"{source}.tsv").read_text().splitlines() for source in ("debian", "pypi")]
    return {line.split("\t")[0] for lines in lists for line in lines}


@pytest.mark.all
@pytest.mark.parametrize("name", ["amd64", "armv7"])
def test_bill_of_materials(materials: Path, name: str) -> None:
    """The bill names all that is linked and frozen in, with the versions that dpkg-query shows in the build stage."""
    with engine.executable() as path:
        words = [sys.executable, str(ROOT / "packaging" / "sbom.py"), str(materials / name), name, path]
        bill = json.loads(engine.command(*words).out)
    versions = {part["name"]: part["version"] for part in bill["components"]}
    assert set(versions) == parts(materials, name)
    debian = [part["purl"] for part in bill["components"] if part["purl"].startswith("pkg:deb/debian/")]
    assert len(debian) == len(versions) - 2
    assert all(f"arch={BY_NAME[name].debian}&" in purl for purl in debian)
    show = engine.run(engine.PACKAGE, "-W", "-f", "${Package} ${Version}\\n", flags=["--entrypoint=dpkg-query"])
    installed = dict(line.split() for line in show.out.splitlines())
    assert {"libpython3.13-dev", "python3-click", "python3-typer"} <= versions.keys() & installed.keys()
    assert all(versions[package] == installed[package] for package in versions.keys() & installed.keys())
    pinned = (ROOT / "packaging" / "executable" / "requirements.txt").read_text()
    assert all(f"{package}=={versions[package]}" in pinned for package in ("netifaces-plus", "psutil"))
    assert bill["metadata"]["component"]["name"] == "racknet"


@pytest.mark.all
@pytest.mark.parametrize("architecture", ARCHITECTURES, ids=lambda architecture: architecture.name)
def test_licences(materials: Path, architecture: Architecture) -> None:
    """What is linked in is known by name, and each part of it comes with the text of its licence."""
    cross = "" if architecture.name == "amd64" else f"-{architecture.debian}-cross"
    python = {f"libpython3.13-{part}" for part in ("dev", "minimal", "stdlib")} | {"python3-click", "python3-typer"}
    linked = {f"libc6-dev{cross}", f"libgcc-14-dev{cross}", "netifaces-plus", "psutil"}
    assert parts(materials, architecture.name) == python | linked
    licences = (materials / architecture.name / "licences").iterdir()
    texts = {path.name.removesuffix(".txt"): path.read_text() for path in licences}
    assert set(texts) == python | linked
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
