"""Make a Debian package of an executable, and print its path.

Usage: make_deb.py EXECUTABLE ARCHITECTURE LICENCES FOLDER. ARCHITECTURE is a name of architectures.py, LICENCES a file
with the texts for what is linked in. The date is SOURCE_DATE_EPOCH, for the same bytes at any time. The maintainer is
the author of setup.cfg, unless DEBFULLNAME and DEBEMAIL name another, as for Debian's own tools. It needs `dpkg-deb`.
"""

from __future__ import annotations

import gzip
import os
import subprocess
import sys
from configparser import ConfigParser
from datetime import datetime, timezone
from email.utils import format_datetime
from hashlib import md5
from pathlib import Path
from tempfile import TemporaryDirectory

from architectures import BY_NAME
from man_pages import TEXTS, man_page
from release_table import debian_package

from racknet import __version__

ROOT = Path(__file__).parent.parent
VERSION = f"{__version__}-1"
COMPLETIONS = {
    "bash": "usr/share/bash-completion/completions/racknet",
    "zsh": "usr/share/zsh/vendor-completions/_racknet",
    "fish": "usr/share/fish/vendor_completions.d/racknet.fish",
}
CONTROL = """\
Package: racknet
Version: {version}
Architecture: {architecture}
Maintainer: {maintainer}
Installed-Size: {size}
Section: net
Priority: optional
Multi-Arch: foreign
Homepage: {homepage}
Description: print the address of a host on the public or the service network
 racknet prints the address of this host on the public network, or on the
 provider's internal one, and nothing else: for scripts that publish a
 container or a server on one address alone. If there is no such address, or if
 it is ambiguous, it prints an error, and never another address.
 .
 This is one static executable, without the command for the nodes of a Docker
 Swarm, which is an extra of the Python package.
"""
COPYRIGHT = """\
racknet is under the Apache License, Version 2.0. On Debian systems, its text is
in /usr/share/common-licenses/Apache-2.0.

Copyright {year} the racknet authors

/usr/bin/racknet is a static executable. These parts are linked into it, under
licences of their own:

{licences}"""
CHANGES = """\
racknet ({version}) unstable; urgency=medium

  * Version {upstream}. changelog.gz says what is new.

 -- {maintainer}  {date}
"""
OVERRIDES = """\
# One static executable is what racknet is: it runs in any image, with any C library or none.
racknet: statically-linked-binary [usr/bin/racknet]
# The licences of what is linked in stand as their authors wrote them.
racknet: old-fsf-address-in-copyright-file
# The package is not meant for Debian's archive.
racknet: initial-upload-closes-no-bugs [usr/share/doc/racknet/changelog.Debian.gz:1]
"""


def completion(shell: str) -> str:
    """Return a shell's completion, as racknet prints it."""
    environ = {**os.environ, "_RACKNET_COMPLETE": f"source_{shell}"}
    words = [sys.executable, "-m", "racknet"]
    script = subprocess.run(words, env=environ, capture_output=True, text=True, check=True).stdout.strip()
    if shell == "zsh":  # zsh runs the file at the first completion, and wants an answer at once
        script += '\n\n[ "$funcstack[1]" = _racknet ] && _racknet_completion "$@"'
    return f"{script}\n"


def contents(executable: Path, licences: Path, maintainer: str) -> dict[str, bytes]:
    """Return the files of the package by their paths."""
    date = datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), timezone.utc)
    changes = CHANGES.format(version=VERSION, upstream=__version__, maintainer=maintainer, date=format_datetime(date))
    zipped = {
        **{f"man/man1/{text.stem}.1": man_page(text.stem) for text in TEXTS.glob("*.rst")},
        "doc/racknet/changelog": (ROOT / "CHANGELOG.md").read_text(),
        "doc/racknet/changelog.Debian": changes,
    }
    files = {
        **{path: completion(shell) for shell, path in COMPLETIONS.items()},
        "usr/share/doc/racknet/copyright": COPYRIGHT.format(year=date.year, licences=licences.read_text()),
        "usr/share/lintian/overrides/racknet": OVERRIDES,
    }
    return {
        "usr/bin/racknet": executable.read_bytes(),
        **{f"usr/share/{path}.gz": gzip.compress(text.encode(), 9, mtime=0) for path, text in zipped.items()},
        **{path: text.encode() for path, text in files.items()},
    }


def main(executable: str, architecture: str, licences: str, folder: str) -> None:
    """Lay the package out, and let dpkg-deb make it."""
    os.umask(0o022)
    metadata = ConfigParser()
    metadata.read(ROOT / "setup.cfg")
    project = metadata["metadata"]
    name = os.environ.get("DEBFULLNAME") or project["author"]
    maintainer = f"{name} <{os.environ.get('DEBEMAIL') or project['author_email']}>"
    files = contents(Path(executable), Path(licences), maintainer)
    size = sum(len(content) for content in files.values()) // 1024 + 1
    kind = BY_NAME[architecture]
    about = {"version": VERSION, "architecture": kind.debian, "maintainer": maintainer, "size": size}
    about["homepage"] = project["url"]
    files["DEBIAN/md5sums"] = "".join(f"{md5(files[path]).hexdigest()}  {path}\n" for path in sorted(files)).encode()
    files["DEBIAN/control"] = CONTROL.format(**about).encode()
    package = f"{folder}/{debian_package(kind)}"
    with TemporaryDirectory() as tree:
        os.chmod(tree, 0o755)
        for path, content in files.items():
            place = Path(tree, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content)
            place.chmod(0o755 if path == "usr/bin/racknet" else 0o644)
        subprocess.run(
            ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", tree, package], check=True, stdout=sys.stderr
        )
    print(package)


if __name__ == "__main__":
    main(*sys.argv[1:])
