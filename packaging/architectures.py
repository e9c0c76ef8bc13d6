"""The kinds of machines that racknet is built for. Printed as names, one a line: script/release builds each.

The Dockerfile and docker-bake.hcl have their own names of them, which tests compare.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Architecture:
    """A kind of machine: Docker's platform is linux/PLATFORM, `uname -m` prints MACHINE, qemu-EMULATOR runs it.

    ELF is the byte order and the machine in the header of its executables (elf.h). TESTED says how `script/test --all`
    tests them.
    """

    platform: str
    debian: str
    machine: str
    emulator: str
    elf: tuple[str, int]
    tested: str

    @property
    def name(self) -> str:
        """Return the name that files, targets of bake and tags have."""
        return self.platform.replace("/", "")


EMULATED, BOOTED = "under qemu-user", "under qemu-user, and in virtual machines"
ARCHITECTURES = (
    Architecture("amd64", "amd64", "x86_64", "x86_64", ("little", 62), "by all tests"),
    Architecture("arm64", "arm64", "aarch64", "aarch64", ("little", 183), EMULATED),
    Architecture("arm/v7", "armhf", "armv7l", "arm", ("little", 40), BOOTED),
    Architecture("ppc64le", "ppc64el", "ppc64le", "ppc64le", ("little", 21), EMULATED),
    Architecture("riscv64", "riscv64", "riscv64", "riscv64", ("little", 243), EMULATED),
    Architecture("s390x", "s390x", "s390x", "s390x", ("big", 22), BOOTED),
)

BY_NAME = {architecture.name: architecture for architecture in ARCHITECTURES}

if __name__ == "__main__":
    print(*BY_NAME, sep="\n")
