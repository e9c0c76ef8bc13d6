"""Print the executable's bill of materials, a CycloneDX document.

Usage: sbom.py MATERIALS ARCHITECTURE EXECUTABLE. MATERIALS is the folder that collect_materials.sh has filled. The bill
is checked against CycloneDX's own schema.
"""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone
from hashlib import sha256
from pathlib import Path
from uuid import NAMESPACE_URL, uuid5

from architectures import BY_NAME
from cyclonedx.model import HashAlgorithm, HashType
from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.model.license import DisjunctiveLicense
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

from racknet import __version__


def rows(path: Path) -> list[list[str]]:
    """Return the fields of a file of tab-separated lines."""
    return [line.split("\t") for line in path.read_text().splitlines()]


def bill(materials: Path, architecture: str, executable: bytes) -> Bom:
    """Return what the executable is made of, each part with the version that its package manager has."""
    bom = Bom()
    digest = sha256(executable).hexdigest()
    bom.serial_number = uuid5(NAMESPACE_URL, f"sha256:{digest}")  # the same for the same executable
    bom.metadata.timestamp = datetime.fromtimestamp(int(os.environ.get("SOURCE_DATE_EPOCH", "0")), timezone.utc)
    bom.metadata.component = root = Component(
        type=ComponentType.APPLICATION,
        name="racknet",
        version=__version__,
        bom_ref="racknet",
        licenses=[DisjunctiveLicense(id="Apache-2.0")],
        hashes=[HashType(alg=HashAlgorithm.SHA_256, content=digest)],
    )
    parts, debian = [], BY_NAME[architecture].debian
    for package, version, source, source_version in rows(materials / "debian.tsv"):
        qualifiers = {"arch": debian, "distro": "trixie", "upstream": f"{source}@{source_version}"}
        url = PackageURL("deb", "debian", package, version, qualifiers)
        parts.append(Component(name=package, version=version, purl=url, bom_ref=package, type=ComponentType.LIBRARY))
    for name, version, digest in rows(materials / "pypi.tsv"):
        hashes = [HashType(alg=HashAlgorithm.SHA_256, content=digest)]
        url = PackageURL("pypi", None, name, version)
        parts.append(Component(name=name, version=version, purl=url, bom_ref=name, hashes=hashes))
    bom.components.update(parts)
    bom.register_dependency(root, parts)
    return bom


def main(materials: str, architecture: str, executable: str) -> None:
    """Print the bill, if it is valid."""
    text = JsonV1Dot6(bill(Path(materials), architecture, Path(executable).read_bytes())).output_as_string(indent=2)
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        sys.exit(f"sbom.py: the bill is not valid: {error}")
    print(text)


if __name__ == "__main__":
    main(*sys.argv[1:])
