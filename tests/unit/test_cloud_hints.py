"""Providers with 1:1 NAT: known by what their firmware says, asked with one command."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from racknet.core.cloud_hints import DMI_FILES, PROVIDERS, Provider, find_provider


def name_of(**strings: str) -> str | None:
    provider = find_provider(strings)
    return provider.name if provider else None


@pytest.mark.parametrize("provider", PROVIDERS, ids=lambda provider: f"{provider.name} {provider.dmi_file}")
def test_each_provider(provider: Provider) -> None:
    """The string of each provider, in its file, names it; as a part of a longer one it does not, nor elsewhere."""
    string = provider.dmi_string.replace("*", "4.11")
    assert provider.dmi_file in DMI_FILES
    assert name_of(**{provider.dmi_file: string}) == provider.name
    assert name_of(**{provider.dmi_file: f"{string}x"}) is None
    assert name_of(**{file: string for file in DMI_FILES if file != provider.dmi_file}) is None


@pytest.mark.parametrize(
    ("strings", "expected"),
    [
        ({}, None),
        ({"sys_vendor": "QEMU", "product_name": "Standard PC (Q35 + ICH9, 2009)", "bios_version": "1.16.0"}, None),
        ({"sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine"}, None),  # Hyper-V at home
        ({"sys_vendor": "Xen", "product_name": "HVM domU", "bios_version": "4.2.amazon"}, "AWS"),
        ({"sys_vendor": "Amazon EC2", "product_name": "c7g.metal", "bios_version": "1.0"}, "AWS"),
        ({"sys_vendor": "OpenStack Foundation", "product_name": "OpenStack Nova"}, "OpenStack"),
        (
            {
                "sys_vendor": "OpenStack Foundation",
                "product_name": "OpenStack Nova",
                "chassis_asset_tag": "HUAWEICLOUD",
            },
            "Huawei Cloud",
        ),
    ],
    ids=str,
)
def test_machines(strings: dict[str, str], expected: str | None) -> None:
    """What machines say: a provider that is built on OpenStack is named before it."""
    assert name_of(**strings) == expected


@pytest.mark.parametrize("command", sorted({provider.command for provider in PROVIDERS}))
def test_commands(command: str) -> None:
    """Each command is one line that a shell understands, and asks an address of the host's own network by HTTP."""
    checked = subprocess.run(["sh", "-n", "-c", command], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")
    assert shlex.split(command)[0] in ("curl", "oci")
    assert any(f"http://{host}/" in command for host in ("169.254.169.254", "169.254.42.42", "100.100.100.200")) or (
        "http://metadata.tencentyun.com/" in command
    )
    assert command.isprintable()
