"""Check a release as its users would, and print what is wrong with which file.

Usage: verify_release.py FOLDER COMMIT [ALLOWED_SIGNERS], as script/verify calls it. It compares what was expected with
what is seen: checksums and signature by the lines of SECURITY.md, Debian packages by dpkg-deb, images by skopeo.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import sys
import tarfile
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from subprocess import CompletedProcess
from tempfile import TemporaryDirectory
from typing import Literal

from architectures import ARCHITECTURES, Architecture
from release_table import PAGE, ROOT, SIGNATURE, SUMS, debian_package, executable, files, image, page, version

ORDERS: tuple[Literal["little", "big"], ...] = ("little", "big")  # from 1 on, in the header of an executable (elf.h)
# A file, what about it, what was expected, what is seen.
Fact = tuple[str, str, str, str]


def call(folder: Path, *words: str) -> CompletedProcess[bytes]:
    """Call a program in the folder of the release, with messages in English."""
    return subprocess.run(words, cwd=folder, env={**os.environ, "LC_ALL": "C"}, capture_output=True, check=False)


def ask(folder: Path, *words: str) -> bytes:
    """Call a program that must succeed, and return what it prints."""
    done = call(folder, *words)
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines() or [f"status {done.returncode}"]
        raise ValueError(f"{words[0]}: {said[-1]}")
    return done.stdout


def users_line(start: str) -> str:
    """Return the command in SECURITY.md that starts so."""
    (line,) = re.findall(rf"^    ({start}.*)$", (ROOT / "SECURITY.md").read_text(), re.MULTILINE)
    return str(line)


def digest(data: bytes) -> str:
    return sha256(data).hexdigest()


def presence(name: str, names: set[str]) -> str:
    return "there" if name in names else "absent"


def check_names(folder: Path, signed: bool) -> Iterator[Fact]:
    """Check that the files of a release are there, and no others, and that each has a checksum."""
    there = {path.name for path in folder.iterdir()}
    summed = {line[66:] for line in (folder / SUMS).read_text().splitlines()}
    expected = {*files(), SUMS, *([SIGNATURE] if signed else [])}
    for name in sorted(expected | there):
        yield name, "file", presence(name, expected), presence(name, there)
    for name in sorted({*files()} | summed):
        yield name, f"line in {SUMS}", presence(name, {*files()}), presence(name, summed)


def check_sums(folder: Path) -> Iterator[Fact]:
    """Check the checksums by the line of SECURITY.md."""
    done = call(folder, "bash", "-c", users_line("sha256sum --check"))
    for line in done.stdout.decode().splitlines():
        name, _, result = line.rpartition(": ")
        yield name, f"checksum in {SUMS}", "OK", result
    yield SUMS, "status of sha256sum", "0", str(done.returncode)


def check_signature(folder: Path, signers: Path) -> Iterator[Fact]:
    """Check the signature by the line of SECURITY.md."""
    line = users_line("ssh-keygen -Y verify").replace("-f allowed_signers", '-f "$0"')
    said = ask(folder, "bash", "-c", line, str(signers)).decode()
    yield SIGNATURE, "signature", 'Good "file" signature for racknet', said.partition(" with ")[0]


def check_executable(folder: Path, architecture: Architecture) -> Iterator[Fact]:
    """Check for which machines it is. It is not run: nobody knows yet whose it is."""
    name = executable(architecture)
    data = (folder / name).read_bytes()
    order = ORDERS[data[5] - 1]
    seen = (data[:4].hex(), order, int.from_bytes(data[18:20], order))
    yield name, "ELF header", str((b"\x7fELF".hex(), *architecture.elf)), str(seen)


def check_bill(folder: Path, architecture: Architecture) -> Iterator[Fact]:
    """Check that the bill of materials is that of the executable."""
    name = f"{executable(architecture)}.cdx.json"
    about = json.loads((folder / name).read_bytes())["metadata"]["component"]
    yield name, "version", version(), str(about["version"])
    (seen,) = (each["content"] for each in about["hashes"] if each["alg"] == "SHA-256")
    yield name, "SHA-256 of the executable", digest((folder / executable(architecture)).read_bytes()), str(seen)


def executable_in(tar: tarfile.TarFile, path: str, name: str, expected: bytes) -> Fact:
    """Return what is expected and seen of the executable in an archive."""
    file = tar.extractfile(path)
    seen = f"{tar.getmember(path).mode:o} {digest(file.read() if file else b'')}"
    return name, f"mode and SHA-256 of {path}", f"755 {digest(expected)}", seen


def check_debian_package(folder: Path, architecture: Architecture) -> Iterator[Fact]:
    """Check what the package says of itself, and that it installs the executable."""
    name = debian_package(architecture)
    fields = {"Package": "racknet", "Version": f"{version()}-1", "Architecture": architecture.debian}
    for field, expected in fields.items():
        yield name, field, expected, ask(folder, "dpkg-deb", "--field", name, field).decode().strip()
    with tarfile.open(fileobj=io.BytesIO(ask(folder, "dpkg-deb", "--fsys-tarfile", name))) as tar:
        yield executable_in(tar, "./usr/bin/racknet", name, (folder / executable(architecture)).read_bytes())


def check_image(folder: Path, architecture: Architecture, commit: str) -> Iterator[Fact]:
    """Check what the image says of itself, and that it is the executable and nothing else."""
    name = image(architecture)
    config = json.loads(ask(folder, "skopeo", "inspect", "--config", f"docker-archive:{name}"))
    seen = "/".join(config[key] for key in ("os", "architecture", "variant") if config.get(key))
    yield name, "platform", f"linux/{architecture.platform}", seen
    labels = config["config"]["Labels"]
    for label, expected in (("version", version()), ("revision", commit)):
        yield name, label, expected, str(labels.get(f"org.opencontainers.image.{label}"))
    with TemporaryDirectory() as place:
        ask(folder, "skopeo", "copy", "--quiet", "--insecure-policy", f"docker-archive:{name}", f"dir:{place}")
        (layer,) = json.loads((Path(place) / "manifest.json").read_bytes())["layers"]
        with tarfile.open(Path(place) / layer["digest"].partition(":")[2]) as tar:
            yield name, "files", "racknet", " ".join(tar.getnames())
            yield executable_in(tar, "racknet", name, (folder / executable(architecture)).read_bytes())


def check_package(name: str, text: bytes) -> Iterator[Fact]:
    """Check what the wheel or the source distribution says of itself."""
    head = text.decode().partition("\n\n")[0].splitlines()
    fields = [line for line in head if line.startswith(("Name: ", "Version: "))]
    yield name, "metadata", f"Name: racknet, Version: {version()}", ", ".join(fields)


def check_wheel(folder: Path, name: str) -> Iterator[Fact]:
    with zipfile.ZipFile(folder / name) as wheel:
        yield from check_package(name, wheel.read(f"racknet-{version()}.dist-info/METADATA"))


def check_sdist(folder: Path, name: str) -> Iterator[Fact]:
    with tarfile.open(folder / name) as tar:
        file = tar.extractfile(f"racknet-{version()}/PKG-INFO")
        yield from check_package(name, file.read() if file else b"")


def check_page(folder: Path) -> Iterator[Fact]:
    """Check that RELEASE.md has the sizes of these files."""
    seen = digest((folder / PAGE).read_bytes())
    yield PAGE, "SHA-256 of the page of these files", digest(page(folder).encode()), seen


def verify(folder: Path, commit: str, signers: Path | None) -> Iterator[Fact]:
    """Return all facts. Where a file cannot be read, that is one too."""
    checks = {SUMS: [check_names(folder, signers is not None), check_sums(folder)]}
    if signers:
        checks[SIGNATURE] = [check_signature(folder, signers)]
    for each in ARCHITECTURES:
        checks[executable(each)] = [check_executable(folder, each)]
        checks[f"{executable(each)}.cdx.json"] = [check_bill(folder, each)]
        checks[debian_package(each)] = [check_debian_package(folder, each)]
        checks[image(each)] = [check_image(folder, each, commit)]
    for suffix, check in ((".whl", check_wheel), (".tar.gz", check_sdist)):
        (name,) = (name for name in files() if name.endswith(suffix))
        checks[name] = [check(folder, name)]
    checks[PAGE] = [check_page(folder)]
    for name, parts in checks.items():
        for part in parts:
            try:
                yield from part
            except Exception as error:  # what reads a damaged file may raise anything
                yield name, "reading it", "no error", f"{type(error).__name__}: {error}"


def main(folder: str, commit: str, *signers: str) -> None:
    """Print what is not as it should be."""
    facts = list(verify(Path(folder), commit, Path(signers[0]) if signers else None))
    wrong = [fact for fact in facts if fact[2] != fact[3]]
    for name, what, expected, seen in wrong:
        print(f"script/verify: {name}: {what}: expected {expected!r}, seen {seen!r}", file=sys.stderr)
    if wrong:
        sys.exit(1)
    unsigned = "" if signers else ", but nothing is signed"
    print(f"script/verify: {len({fact[0] for fact in facts})} files are as they should be{unsigned}", file=sys.stderr)


if __name__ == "__main__":
    main(*sys.argv[1:])
