"""Write the image for all architectures, with bills of materials and provenance, as a folder that registries take.

Usage: oci_layout.py DIST VERSION COMMIT FOLDER. DIST is what script/release has made of the commit. Prints the digest
of the index. The same files give the same digest: nothing here has a date.

Beside each image, the index has an attestation manifest, as BuildKit writes it: two in-toto statements about the image.
It names the image as its subject too, so that a registry with the referrers API lists it.
"""

from __future__ import annotations

import json
import sys
import tarfile
import zlib
from hashlib import sha256
from pathlib import Path
from typing import Any

from architectures import ARCHITECTURES, Architecture
from release_table import executable, image

OCI, DOCKER = "application/vnd.oci", "application/vnd.docker"
STATEMENT = "application/vnd.in-toto+json"
GZIP = 31  # what zlib calls the format


class Layout:
    """A folder by the image layout specification of OCI: blobs by their digests, and an index of what is on top."""

    def __init__(self, folder: Path) -> None:
        self.blobs = folder / "blobs" / "sha256"
        self.blobs.mkdir(parents=True)
        (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')

    def add(self, data: bytes, media_type: str, **more: Any) -> dict[str, Any]:
        """Add a blob, and return its descriptor."""
        digest = sha256(data).hexdigest()
        (self.blobs / digest).write_bytes(data)
        return {"mediaType": media_type, "digest": f"sha256:{digest}", "size": len(data), **more}

    def add_json(self, content: dict[str, Any], media_type: str, **more: Any) -> dict[str, Any]:
        """Add a document, written in the one way that it has here."""
        return self.add(json.dumps(content, separators=(",", ":"), sort_keys=True).encode(), media_type, **more)

    def add_manifest(self, content: dict[str, Any], **more: Any) -> dict[str, Any]:
        media_type = f"{OCI}.image.manifest.v1+json"
        return self.add_json({"schemaVersion": 2, "mediaType": media_type, **content}, media_type, **more)


def compress(data: bytes) -> bytes:
    """Return data in the format of gzip, without a date."""
    compressor = zlib.compressobj(wbits=GZIP)
    return compressor.compress(data) + compressor.flush()


def add_image(layout: Layout, saved: Path, commit: str, architecture: Architecture) -> dict[str, Any]:
    """Add the image of a file that `docker save` wrote, and return its descriptor. Exit if it is of another commit."""
    with tarfile.open(saved) as tar:
        files = {member.name: member for member in tar.getmembers()}

        def read(name: str) -> bytes:
            file = tar.extractfile(files[name])
            return file.read() if file else b""

        (image,) = json.loads(read("manifest.json"))
        config = read(image["Config"])
        layers = [read(name) for name in image["Layers"]]
    about = json.loads(config)
    if about["config"]["Labels"].get("org.opencontainers.image.revision") != commit:
        sys.exit(f"oci_layout.py: {saved} is not of commit {commit}")
    layers = [zlib.decompress(layer, GZIP) if layer.startswith(b"\x1f\x8b") else layer for layer in layers]
    if [f"sha256:{sha256(layer).hexdigest()}" for layer in layers] != about["rootfs"]["diff_ids"]:
        sys.exit(f"oci_layout.py: {saved} is damaged")
    content = {
        "config": layout.add(config, f"{OCI}.image.config.v1+json"),
        "layers": [layout.add(compress(layer), f"{OCI}.image.layer.v1.tar+gzip") for layer in layers],
    }
    kind, _, variant = architecture.platform.partition("/")
    platform = {"os": "linux", "architecture": kind, **({"variant": variant} if variant else {})}
    return layout.add_manifest(content, platform=platform)


def provenance(version: str, commit: str) -> dict[str, Any]:
    """Return what the publisher claims: script/release made it, of this commit (docs/maintainers/publishing.md)."""
    return {
        "buildDefinition": {
            "buildType": "urn:racknet:script/release",
            "externalParameters": {"version": version},
            "resolvedDependencies": [{"name": "racknet", "digest": {"gitCommit": commit}}],
        },
        "runDetails": {"builder": {"id": "urn:racknet:whoever-publishes"}},
    }


def add_attestations(layout: Layout, image: dict[str, Any], predicates: dict[str, dict[str, Any]]) -> dict[str, Any]:
    """Add statements about an image, by their types, and return the descriptor of their manifest."""
    subject = [{"name": "racknet/ip", "digest": {"sha256": image["digest"].partition(":")[2]}}]
    statement = {"_type": "https://in-toto.io/Statement/v1", "subject": subject}
    layers = [
        layout.add_json(
            {**statement, "predicateType": kind, "predicate": predicate},
            STATEMENT,
            annotations={"in-toto.io/predicate-type": kind},
        )
        for kind, predicate in predicates.items()
    ]
    content = {
        "artifactType": f"{DOCKER}.attestation.manifest.v1+json",
        "config": layout.add(b"{}", f"{OCI}.empty.v1+json"),
        "layers": layers,
        "subject": {key: image[key] for key in ("mediaType", "digest", "size")},
    }
    about = {f"{DOCKER.partition('/')[2]}.reference.type": "attestation-manifest"}
    about[f"{DOCKER.partition('/')[2]}.reference.digest"] = image["digest"]
    return layout.add_manifest(content, platform={"os": "unknown", "architecture": "unknown"}, annotations=about)


def main(dist: Path, version: str, commit: str, folder: Path) -> None:
    """Write the folder, and print the digest."""
    layout = Layout(folder)
    images, attestations = [], []
    for architecture in ARCHITECTURES:
        added = add_image(layout, dist / image(architecture), commit, architecture)
        bill = json.loads((dist / f"{executable(architecture)}.cdx.json").read_text())
        predicates = {"https://cyclonedx.org/bom": bill, "https://slsa.dev/provenance/v1": provenance(version, commit)}
        images.append(added)
        attestations.append(add_attestations(layout, added, predicates))
    media_type = f"{OCI}.image.index.v1+json"
    index = {"schemaVersion": 2, "mediaType": media_type}
    top = layout.add_json({**index, "manifests": images + attestations}, media_type)
    named = {**top, "annotations": {"org.opencontainers.image.ref.name": version}}
    (folder / "index.json").write_text(json.dumps({**index, "manifests": [named]}))
    print(top["digest"])


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2], sys.argv[3], Path(sys.argv[4]))
    except FileNotFoundError as error:
        sys.exit(f"oci_layout.py: {error.filename} is not there")
