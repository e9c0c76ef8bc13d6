"""Providers with 1:1 NAT: known by what their firmware says, which only an error reads, and asked with one command."""

from __future__ import annotations

import shlex
import subprocess
from pathlib import Path
from unittest.mock import Mock, patch

import pytest
from support.cases import cases
from support.hosts import HOSTS
from support.on_host import on_host, run

from racknet.core.clouds import DMI_FILES, PROVIDERS, Provider, find_provider
from racknet.host import dmi
from racknet.host.dmi import read_dmi


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


@cases(
    "strings expected",
    ({}, None),
    ({"sys_vendor": "QEMU", "product_name": "Standard PC (Q35 + ICH9, 2009)", "bios_version": "1.16.0"}, None),
    ({"sys_vendor": "Microsoft Corporation", "product_name": "Virtual Machine"}, None),  # Hyper-V at home
    ({"sys_vendor": "Xen", "product_name": "HVM domU", "bios_version": "4.2.amazon"}, "AWS"),
    ({"sys_vendor": "Amazon EC2", "product_name": "c7g.metal", "bios_version": "1.0"}, "AWS"),
    ({"product_name": "OpenStack Nova"}, "OpenStack"),
    ({"product_name": "OpenStack Nova", "chassis_asset_tag": "HUAWEICLOUD"}, "Huawei Cloud"),
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


def test_strings(tmp_path: Path) -> None:
    """Each file is a string, without the end of its line; a file that is missing or cannot be read is none."""
    folder = tmp_path / "class" / "dmi" / "id"
    folder.mkdir(parents=True)
    (folder / "sys_vendor").write_bytes(b"Amazon EC2\n")
    (folder / "product_name").write_bytes(b"\xff\n")
    (folder / "chassis_asset_tag").mkdir()
    assert read_dmi(str(tmp_path)) == {"sys_vendor": "Amazon EC2", "product_name": "�"}
    assert read_dmi("/nowhere") == {}


@cases(
    "host words is_read",
    ("aws", "public", True),
    ("aws", "public ipv4 --wait 1", True),
    ("aws", "public ipv4 --all", True),
    ("aws", "exec true $RACKNET_PUBLIC_IPV4", True),
    ("aws", "service", False),
    ("aws", "public ipv6", False),
    ("aws", "list", False),
    ("aws", "env", False),
    ("rackspace", "public", False),
    ("bridged-container", "service", False),
)
def test_when_it_is_read(host: str, words: str, is_read: bool, capfd: pytest.CaptureFixture[str]) -> None:
    """The firmware is asked only where `public ipv4` has no answer, and an address may be behind NAT."""
    for provider in PROVIDERS:
        reader = Mock(return_value={provider.dmi_file: provider.dmi_string.replace("*", "4.11")})
        with on_host(HOSTS[host].layout.host), patch.object(dmi, "read_dmi", reader):
            run(*words.split())
        assert bool(reader.call_count) is is_read
        ask = "RACKNET_ASK_PROVIDER=1" if "exec" in words else "racknet public ipv4 --ask-provider"
        command = ask if provider.metadata else provider.command
        hint = f" {provider.name} the public address is at the provider; to ask for it: {command}\n"
        assert capfd.readouterr().err.endswith(hint) is is_read


def test_here() -> None:
    """The strings of this machine are read, if it has any."""
    known = [name for name in DMI_FILES if (Path("/sys/class/dmi/id") / name).is_file()]
    assert sorted(read_dmi()) == sorted(known)
