"""The strings of a machine's firmware: read for an error of `public`, or to know whom `--ask-provider` asks."""

from __future__ import annotations

from pathlib import Path
from unittest.mock import Mock, patch

import pytest
from support.hosts import HOSTS
from support.on_host import on_host, run

from racknet.core.cloud_hints import DMI_FILES, PROVIDERS
from racknet.host import dmi
from racknet.host.dmi import read_dmi


def test_strings(tmp_path: Path) -> None:
    """Each file is a string, without the end of its line; a file that is missing or cannot be read is none."""
    folder = tmp_path / "class" / "dmi" / "id"
    folder.mkdir(parents=True)
    (folder / "sys_vendor").write_bytes(b"Amazon EC2\n")
    (folder / "product_name").write_bytes(b"\xff\n")
    (folder / "chassis_asset_tag").mkdir()
    assert read_dmi(str(tmp_path)) == {"sys_vendor": "Amazon EC2", "product_name": "�"}
    assert read_dmi("/nowhere") == {}


def test_here() -> None:
    """The strings of this machine are read, if it has any."""
    known = [name for name in DMI_FILES if (Path("/sys/class/dmi/id") / name).is_file()]
    assert sorted(read_dmi()) == sorted(known)


@pytest.mark.parametrize(
    ("host", "words", "is_read"),
    [
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
    ],
)
def test_when_it_is_read(host: str, words: str, is_read: bool, capfd: pytest.CaptureFixture[str]) -> None:
    """The firmware is asked only where `public ipv4` has no answer, and an address may be behind NAT."""
    for provider in PROVIDERS:
        reader = Mock(return_value={provider.dmi_file: provider.dmi_string.replace("*", "4.11")})
        with on_host(HOSTS[host].layout.host), patch.object(dmi, "read_dmi", reader):
            run(*words.split())
        assert bool(reader.call_count) is is_read
        hint = f" {provider.name} the public address may not be on the host; to ask the provider: {provider.command}\n"
        assert capfd.readouterr().err.endswith(hint) is is_read
