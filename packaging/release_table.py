"""Name the files of a release, and print tables of them.

Usage: release_table.py FOLDER prints each file with its architecture, size in bytes, SHA-256, and what signs it.
release_table.py --page FOLDER prints what users read, the file RELEASE.md of a release.
"""

from __future__ import annotations

import base64
import re
import struct
import sys
from hashlib import sha256
from pathlib import Path

from architectures import ARCHITECTURES, Architecture

ROOT = Path(__file__).parent.parent
SUMS, SIGNATURE, PAGE = "SHA256SUMS", "SHA256SUMS.sig", "RELEASE.md"
TEXT = """\
# racknet {version}

| architecture | `uname -m` | executable | Debian package | image | tested |
|---|---|---|---|---|---|
{rows}

The last column says how `script/test --all` tests an architecture. The executable is static: it runs on Linux with any
C library or none. The sizes are those of the files, in MB. Beside each executable are its bill of materials
(`.cdx.json`) and the licences of what is linked in. `docs/install.md` says how to install each of the files, and
`SECURITY.md` how to verify them by `SHA256SUMS`.
"""


def version() -> str:
    """Return the version of the project. Reading it needs no package to be installed."""
    (found,) = re.findall(r'^__version__ = "(.*)"$', (ROOT / "racknet" / "__init__.py").read_text(), re.MULTILINE)
    return str(found)


def executable(architecture: Architecture) -> str:
    return f"racknet-linux-{architecture.name}"


def debian_package(architecture: Architecture) -> str:
    return f"racknet_{version()}-1_{architecture.debian}.deb"


def image(architecture: Architecture) -> str:
    return f"racknet-ip-{version()}-{architecture.name}.tar"


def files() -> dict[str, str]:
    """Return the architecture of each file of a release, or `any`: of all but the checksums and their signature."""
    one = {
        name: each.name
        for each in ARCHITECTURES
        for name in (
            executable(each),
            f"{executable(each)}.cdx.json",
            f"{executable(each)}.licences.txt",
            debian_package(each),
            image(each),
        )
    }
    pages = [f"{text.stem}.1" for text in (ROOT / "packaging" / "man").glob("*.rst")]
    package = [f"racknet-{version()}.tar.gz", f"racknet-{version()}-py3-none-any.whl"]
    return one | dict.fromkeys([*package, *sorted(pages), PAGE], "any")


def page(folder: Path) -> str:
    """Return RELEASE.md."""
    rows = []
    for each in ARCHITECTURES:
        sizes = [(folder / name(each)).stat().st_size / 1e6 for name in (executable, debian_package, image)]
        cells = [each.name, each.machine, *(f"{size:.1f}" for size in sizes), each.tested]
        rows.append(f"| {' | '.join(cells)} |")
    return TEXT.format(version=version(), rows="\n".join(rows))


def fingerprint(signature: str) -> str:
    """Return the fingerprint of the key that made a signature, as ssh-keygen prints it (OpenSSH's PROTOCOL.sshsig)."""
    data = base64.b64decode("".join(line for line in signature.splitlines() if not line.startswith("-")))
    (length,) = struct.unpack_from(">I", data, 10)  # behind "SSHSIG" and the version
    return "SHA256:" + base64.b64encode(sha256(data[14 : 14 + length]).digest()).decode().rstrip("=")


def table(folder: Path) -> list[tuple[str, ...]]:
    """Return the rows, with a heading. SHA256SUMS.sig signs SHA256SUMS, and so all files in it, by a key."""
    signed = (folder / SIGNATURE).exists()
    names = {**files(), SUMS: "any", **({SIGNATURE: "any"} if signed else {})}
    rows: list[tuple[str, ...]] = [("FILE", "ARCHITECTURE", "SIZE", "SHA-256", "SIGNATURE")]
    for name, architecture in names.items():
        data = (folder / name).read_bytes()
        by = SIGNATURE if signed else "-"
        if name == SIGNATURE:
            by = fingerprint(data.decode())
        rows.append((name, architecture, str(len(data)), sha256(data).hexdigest(), by))
    return rows


def main(*words: str) -> None:
    """Print the table, or the page."""
    folder = Path(words[-1])
    if words[0] == "--page":
        print(page(folder), end="")
        return
    rows = table(folder)
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


if __name__ == "__main__":
    main(*sys.argv[1:])
