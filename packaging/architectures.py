"""The kinds of machines that racknet is built for. Printed as names, one a line: script/release builds each.

The Dockerfile and docker-bake.hcl have their own names of them, which tests compare.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """A kind of machine: Docker's platform is linux/PLATFORM, `uname -m` prints MACHINE, qemu-EMULATOR runs it."""

    platform: str
    debian: str
    machine: str
    emulator: str

    @property
    def name(self) -> str:
        """Return the name that files, targets of bake and tags have."""
        return self.platform.replace("/", "")


ARCHITECTURES = (
    Architecture("amd64", "amd64", "x86_64", "x86_64"),
    Architecture("arm64", "arm64", "aarch64", "aarch64"),
    Architecture("arm/v7", "armhf", "armv7l", "arm"),
    Architecture("ppc64le", "ppc64el", "ppc64le", "ppc64le"),
    Architecture("riscv64", "riscv64", "riscv64", "riscv64"),
    Architecture("s390x", "s390x", "s390x", "s390x"),
)

BY_NAME = {architecture.name: architecture for architecture in ARCHITECTURES}

if __name__ == "__main__":
    print(*BY_NAME, sep="\n")
