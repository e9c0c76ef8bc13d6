"""script/release, run whole: its table, what it refuses; and script/verify, which finds what is wrong in a release."""

from __future__ import annotations

import os
import re
import signal
import subprocess
from hashlib import sha256
from pathlib import Path

import pytest
from architectures import ARCHITECTURES
from release_table import debian_package, executable, image
from support import engine
from support.engine import CommandResult, refused
from support.pages import ROOT, block
from support.release import Release, attempt, clone, make_key, run
from support.swarm_nodes import wait_for

from racknet import __version__

pytestmark = [pytest.mark.alone, pytest.mark.all]
AMD64, ARM64, ARMV7, PPC64LE, RISCV64, S390X = ARCHITECTURES


@pytest.fixture
def copied(release: Release, tmp_path: Path) -> Path:
    """The files of the release in another folder, where each can be replaced."""
    folder = tmp_path / "dist"
    folder.mkdir()
    for path in (release.clone / "dist").iterdir():
        os.link(path, folder / path.name)
    return folder


def replace(path: Path, content: bytes) -> None:
    """Replace a file, and not another one that is the same on the disk."""
    path.unlink()
    path.write_bytes(content)


def flip(path: Path, place: int) -> None:
    """Change one bit of a file."""
    data = bytearray(path.read_bytes())
    data[place] ^= 1
    replace(path, bytes(data))


def sign_again(release: Release, folder: Path) -> None:
    """Let the checksums and their signature be right again."""
    run(release.clone, "script/checksums", str(folder), SIGNING_KEY=str(release.key))


def verify(release: Release, folder: Path, signers: Path | None = None) -> CommandResult:
    return attempt(release.clone, "script/verify", str(folder), str(signers or release.signers))


def faults(result: CommandResult) -> dict[tuple[str, str], str]:
    """Return what script/verify says, by the file and what about it."""
    found = re.findall(r"^script/verify: (\S+): ([^:]+): (expected .*, seen .*)$", refused(result, 1), re.MULTILINE)
    assert len(found) == result.err.count("\n"), result.err
    return {(name, what): rest for name, what, rest in found}


def test_table(release: Release) -> None:
    """Standard output is one table: each file of dist/, its architecture, size, SHA-256, and what signs it."""
    heading, *rows = [line.split() for line in release.printed.splitlines()]
    assert heading == ["FILE", "ARCHITECTURE", "SIZE", "SHA-256", "SIGNATURE"]
    key = run(release.clone, "ssh-keygen", "-l", "-f", str(release.key)).split()[1]
    there = {}
    for path in (release.clone / "dist").iterdir():
        data = path.read_bytes()
        by = key if path.name == "SHA256SUMS.sig" else "SHA256SUMS.sig"
        there[path.name] = [str(len(data)), sha256(data).hexdigest(), by]
    assert {name: rest for name, _, *rest in rows} == there
    assert len(rows) == len(there)
    for architecture in ARCHITECTURES:
        assert [row[0] for row in rows if row[1] == architecture.name] == [
            f"racknet-linux-{architecture.name}",
            f"racknet-linux-{architecture.name}.cdx.json",
            f"racknet-linux-{architecture.name}.licences.txt",
            f"racknet_{__version__}-1_{architecture.debian}.deb",
            f"racknet-ip-{__version__}-{architecture.name}.tar",
        ]
    assert {row[1] for row in rows} - {each.name for each in ARCHITECTURES} == {"any"}


def test_page(release: Release) -> None:
    """RELEASE.md has for each architecture the sizes in MB, and how it was tested."""
    dist = release.clone / "dist"
    rows = re.findall(r"^\| (?!arch)(\w.*) \|$", (dist / "RELEASE.md").read_text(), re.MULTILINE)
    expected = []
    for each in ARCHITECTURES:
        sizes = [(dist / name(each)).stat().st_size for name in (executable, debian_package, image)]
        expected.append([each.name, each.machine, *(f"{size / 1_000_000:.1f}" for size in sizes), each.tested])
    assert [row.split(" | ") for row in rows] == expected


def test_verify(release: Release, copied: Path, tmp_path: Path) -> None:
    """A user of the release verifies it, in any folder. Another key, or none, is an error, and so is no signature."""
    words = block("SECURITY.md", "script/verify").replace("FOLDER allowed_signers", f"{copied} {release.signers}")
    result = attempt(release.clone, "bash", "-c", words)
    assert (result.out, result.status) == ("", 0), result.err
    assert result.err == f"script/verify: {len(list(copied.iterdir()))} files are as they should be\n"
    unnamed = attempt(release.clone, "script/verify", str(copied))
    assert refused(unnamed, 2).startswith(f"script/verify: {copied} is signed, and you name no key\nhint: ")
    _, others = make_key(tmp_path / "other")
    assert list(faults(verify(release, copied, others))) == [("SHA256SUMS.sig", "reading it")]
    (copied / "SHA256SUMS.sig").unlink()
    assert ("SHA256SUMS.sig", "file") in faults(verify(release, copied))
    for folder in (tmp_path, tmp_path / "none"):
        assert "is no folder of a release" in refused(verify(release, folder), 2)


def test_damaged(release: Release, copied: Path) -> None:
    """One bit of an executable, a package or an image, a line of the bill or the sums, a file too many or too few."""
    for name in (executable(AMD64), debian_package(ARM64), image(ARMV7)):
        flip(copied / name, (copied / name).stat().st_size // 2)
    bill, licences = (f"{executable(S390X)}.{kind}" for kind in ("cdx.json", "licences.txt"))
    replace(copied / bill, (copied / bill).read_bytes() + b"\n")
    (copied / licences).unlink()
    (copied / "racknet.exe").touch()
    sums = copied / "SHA256SUMS"
    replace(sums, re.sub(rb".{64}(  racknet\.1\n)", rb"%b\1" % (b"0" * 64), sums.read_bytes()))
    found = faults(verify(release, copied))
    for name in (executable(AMD64), debian_package(ARM64), image(ARMV7), bill, "racknet.1"):
        assert found[name, "checksum in SHA256SUMS"] == "expected 'OK', seen 'FAILED'", found
    assert found[licences, "file"] == "expected 'there', seen 'absent'"
    assert found["racknet.exe", "file"] == "expected 'absent', seen 'there'"
    assert "incorrect signature" in found["SHA256SUMS.sig", "reading it"]
    assert (debian_package(PPC64LE), "checksum in SHA256SUMS") not in found


def test_signed_but_wrong(release: Release, copied: Path) -> None:
    """Checksums and a signature that are right do not hide a file of another architecture, version or executable."""
    wheel = f"racknet-{__version__}-py3-none-any.whl"
    contents = {path.name: path.read_bytes() for path in copied.iterdir()}
    wrong = {
        executable(ARM64): contents[executable(ARMV7)],
        f"{executable(RISCV64)}.cdx.json": contents[f"{executable(S390X)}.cdx.json"],
        debian_package(ARMV7): contents[debian_package(ARM64)],
        debian_package(PPC64LE): contents[debian_package(PPC64LE)][:100_000],
        image(S390X): contents[image(AMD64)],
        wheel: contents[wheel][:1000],
        "RELEASE.md": contents["RELEASE.md"].replace(b"under qemu-user", b"by all tests"),
    }
    for name, content in wrong.items():
        assert content != contents[name]
        replace(copied / name, content)
    flip(copied / image(RISCV64), len(contents[image(RISCV64)]) // 2)
    flip(copied / executable(PPC64LE), 1000)
    sign_again(release, copied)
    found = faults(verify(release, copied))
    assert "'little', 183)\", seen" in found[executable(ARM64), "ELF header"]
    assert "'little', 40)" in found[executable(ARM64), "ELF header"]
    assert (f"{executable(RISCV64)}.cdx.json", "SHA-256 of the executable") in found
    assert found[debian_package(ARMV7), "Architecture"] == "expected 'armhf', seen 'arm64'"
    assert (debian_package(ARMV7), "mode and SHA-256 of ./usr/bin/racknet") in found
    assert (debian_package(PPC64LE), "reading it") in found
    assert found[image(S390X), "platform"] == "expected 'linux/s390x', seen 'linux/amd64'"
    assert (image(S390X), "mode and SHA-256 of racknet") in found
    assert (image(PPC64LE), "mode and SHA-256 of racknet") in found
    assert (image(RISCV64), "reading it") in found or (image(RISCV64), "mode and SHA-256 of racknet") in found
    assert (wheel, "reading it") in found
    assert ("RELEASE.md", "SHA-256 of the page of these files") in found
    assert not {name for name, _ in found} & {"SHA256SUMS", "SHA256SUMS.sig", image(AMD64), debian_package(AMD64)}


def test_another_commit(release: Release, tmp_path: Path) -> None:
    """The images of another commit, or of a tree with changes, are not those of the release."""
    other = clone(tmp_path / "racknet")
    run(other, "git", "commit", "--quiet", "--allow-empty", "--message", "another")
    found = faults(attempt(other, "script/verify", str(release.clone / "dist"), str(release.signers)))
    assert {name for name, what in found if what == "revision"} == {image(each) for each in ARCHITECTURES}
    assert {what for _, what in found} == {"revision"}


@pytest.mark.parametrize("name", ["README.md", "new"])
def test_uncommitted(release: Release, name: str, tmp_path: Path) -> None:
    """With a change that no commit has, in a file of git's or in a new one, nothing is built and nothing removed."""
    place = clone(tmp_path / "racknet")
    (place / "dist").mkdir()
    with (place / name).open("a") as file:
        file.write("\n")
    error = refused(attempt(place, "script/release"), 1)
    assert error == "script/release: there are changes that no commit has\nhint: git stash, or git commit\n"
    assert list((place / "dist").iterdir()) == []


def test_wrong_key(release: Release) -> None:
    """A key that is not there, or that is none, is an error before anything is built."""
    before = {path.name: path.stat().st_mtime_ns for path in (release.clone / "dist").iterdir()}
    for key in ("/none", str(ROOT / "README.md")):
        error = refused(attempt(release.clone, "script/release", SIGNING_KEY=key), 2)
        assert error.startswith(f"script/release: SIGNING_KEY: '{key}' is no OpenSSH key: ")
        assert "\nhint: " in error
    assert {path.name: path.stat().st_mtime_ns for path in (release.clone / "dist").iterdir()} == before


def test_interrupted(release: Release, tmp_path: Path) -> None:
    """A release that Ctrl-C stops leaves no dist/ behind, which somebody could take for a release."""
    place = clone(tmp_path / "racknet")
    words = ["env", "--default-signal=INT", "script/release"]  # whatever started the tests may ignore Ctrl-C
    with subprocess.Popen(words, cwd=place, stderr=subprocess.PIPE, start_new_session=True) as process:
        wait_for(lambda: bool(list(place.glob("dist/*.whl"))), "the wheel")
        os.killpg(process.pid, signal.SIGINT)
        process.communicate()
    assert process.returncode != 0
    assert not (place / "dist").exists()
    assert not (place / "build").exists()


def test_without_tools() -> None:
    """Who is not root gets the command that installs what is missing."""
    volume = f"--volume={ROOT}/script/tools:/tools:ro"
    words = ["/tools", "bash=bash", "skopeo=skopeo", "ssh-keygen=openssh-client"]
    result = engine.run("debian:trixie-slim", *words, flags=["--net=none", "--user=65534", volume])
    assert refused(result, 1) == (
        "script/tools: there is no skopeo ssh-keygen\nhint: on Debian, as root: apt-get install skopeo openssh-client\n"
    )
