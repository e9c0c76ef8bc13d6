"""What is in the image, and what is not."""

from __future__ import annotations

import gzip
import json
import tarfile
from io import BytesIO
from pathlib import Path
from subprocess import run

import pytest
from support import engine

MEGABYTE = 1_000_000


@pytest.fixture(scope="module")
def layer() -> bytes:
    """The one layer of the image, a tar archive."""
    saved = run(["docker", "save", engine.IMAGE], capture_output=True, check=True).stdout
    with tarfile.open(fileobj=BytesIO(saved)) as image:
        (manifest,) = json.load(image.extractfile("manifest.json"))  # type: ignore[arg-type]
        (name,) = manifest["Layers"]
        return image.extractfile(name).read()  # type: ignore[union-attr]


def test_one_file(layer: bytes) -> None:
    """The image has one file, the executable: no shell, no package manager, nothing writable or set-uid."""
    with tarfile.open(fileobj=BytesIO(layer)) as files:
        assert [(f.name, f.isfile(), oct(f.mode), f.uid, f.gid) for f in files] == [("racknet", True, "0o755", 0, 0)]


def test_size(layer: bytes) -> None:
    """The image is small: at most 3.5 MB, compressed."""
    assert len(gzip.compress(layer, 9)) <= 3.5 * MEGABYTE


def test_static(layer: bytes, tmp_path: Path) -> None:
    """The executable needs no loader and no library: it runs where there is nothing else."""
    with tarfile.open(fileobj=BytesIO(layer)) as files:
        files.extract("racknet", tmp_path)
    headers = engine.command("readelf", "--program-headers", str(tmp_path / "racknet"))
    assert "INTERP" not in headers.out
    assert "DYNAMIC" not in headers.out


def test_configuration() -> None:
    """The image runs as a user without a name or rights, and its labels say what it is."""
    (image,) = json.loads(engine.docker("image", "inspect", engine.IMAGE))
    config = image["Config"]
    assert (config["User"], config["Entrypoint"], config["Cmd"]) == ("65534:65534", ["/racknet"], None)
    assert config["Labels"]["org.opencontainers.image.title"] == "racknet"
    assert "Apache-2.0" in config["Labels"]["org.opencontainers.image.licenses"]


@pytest.mark.parametrize("program", ["sh", "/bin/sh", "bash", "apt", "python3", "/usr/bin/python3.13"])
def test_nothing_else_runs(program: str) -> None:
    """No other program can be started in the image."""
    result = engine.run(engine.IMAGE, flags=["--entrypoint", program])
    assert (result.out, result.status) == ("", 127)
