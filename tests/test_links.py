"""Links as /sys describes them, over made-up trees: a namespace has no devices, bonds, VLANs or modems to show."""

from __future__ import annotations

from pathlib import Path

import pytest
from hosts import HOSTS
from question import answered
from row import Row

from racknet.facts import Host, Link
from racknet.links import read_links, read_plumbing


def make(root: Path, name: str, *entries: str, **files: str) -> None:
    """A folder for a link, as the kernel has it: with entries, and files with a line."""
    folder = root / name
    folder.mkdir()
    for entry in entries:
        (folder / entry).mkdir()
    for file, text in ({"flags": "0x1003", "type": "1", "uevent": f"INTERFACE={name}", "ifindex": "2"} | files).items():
        (folder / file).write_text(f"{text}\n")


def one(root: Path, name: str) -> Link:
    return read_links({name}, {name: 2}, str(root))[name]


def slots(link: Link) -> dict[str, object]:
    return {name: getattr(link, name) for name in Link.__slots__}


def test_card(tmp_path: Path) -> None:
    """A card has a device."""
    make(tmp_path, "eth0", "device")
    assert slots(one(tmp_path, "eth0")) == slots(Link("eth0", device=True, arphrd=1))


def test_vlan_over_a_bond(tmp_path: Path) -> None:
    """What a link is over, and what kind of link it is."""
    make(tmp_path, "bond0.401", "lower_bond0", uevent="DEVTYPE=vlan\nINTERFACE=bond0.401\nIFINDEX=2")
    assert slots(one(tmp_path, "bond0.401")) == slots(Link("bond0.401", arphrd=1, devtype="vlan", lower=("bond0",)))


def test_bridge_that_is_down(tmp_path: Path) -> None:
    """A bridge has a folder for it; the lowest flag is whether it is up."""
    make(tmp_path, "br0", "bridge", "lower_eth0", "lower_veth1", flags="0x1002")
    link = one(tmp_path, "br0")
    assert (link.bridge, link.up, sorted(link.lower)) == (True, False, ["eth0", "veth1"])


@pytest.mark.parametrize("arphrd", [512, 772, 65534])
def test_type(tmp_path: Path, arphrd: int) -> None:
    """The link type is the kernel's number."""
    make(tmp_path, "ppp0", type=str(arphrd))
    assert one(tmp_path, "ppp0").arphrd == arphrd


def test_tap(tmp_path: Path) -> None:
    """A TAP looks like a card but for its own flags."""
    make(tmp_path, "office", tun_flags="0x1002")
    assert one(tmp_path, "office").devtype == "tun"


def test_missing_is_unknown(tmp_path: Path) -> None:
    """What is not there is not said."""
    assert read_links({"eth0"}, {"eth0": 2}, str(tmp_path / "nowhere")) == {}
    (tmp_path / "eth0" / "device").mkdir(parents=True)
    assert slots(one(tmp_path, "eth0")) == slots(Link("eth0", device=True))


def test_another_networks(tmp_path: Path) -> None:
    """Where an index differs, /sys is another network's: all of it is unknown."""
    make(tmp_path, "lo", ifindex="1", type="772")
    make(tmp_path, "eth0", "device", ifindex="7")
    assert read_links({"lo", "eth0"}, {"lo": 1, "eth0": 2}, str(tmp_path)) == {}


def test_another_networks_links(tmp_path: Path) -> None:
    """Where /sys has a link that is not in sight, it is another network's too; files beside the links are none."""
    make(tmp_path, "eth0", "device")
    (tmp_path / "bonding_masters").touch()
    assert list(read_links({"eth0"}, {"eth0": 2}, str(tmp_path))) == ["eth0"]
    make(tmp_path, "no-such-link")
    assert read_links({"eth0"}, {"eth0": 2}, str(tmp_path)) == {}


def test_plumbing(tmp_path: Path) -> None:
    """Of plumbing nothing but a device is looked for."""
    root, virtual = tmp_path / "class" / "net", tmp_path / "devices" / "virtual" / "net"
    for folder in (root, virtual / "veth0", virtual / "veth1"):
        folder.mkdir(parents=True)
    make(root, "veth0")
    make(root, "gke0", "device")
    links = read_plumbing({"veth0": True, "veth1": False, "gke0": True, "gone": True}, str(root))
    assert [(link.name, link.device, link.up) for link in links] == [
        ("veth0", False, True),
        ("veth1", False, False),
        ("gke0", True, True),
        ("gone", False, True),
    ]


@pytest.mark.parametrize(("file", "text"), [("flags", "yes"), ("type", "0x"), ("ifindex", "two")])
def test_nonsense(tmp_path: Path, file: str, text: str) -> None:
    """What makes no sense is an error that names the file."""
    make(tmp_path, "eth0", **{file: text})
    with pytest.raises(OSError, match="is not a number") as caught:
        one(tmp_path, "eth0")
    assert caught.value.filename == f"{tmp_path}/eth0/{file}"


def test_unreadable(tmp_path: Path) -> None:
    """What is there and cannot be read is an error that names the file."""
    make(tmp_path, "eth0")
    (tmp_path / "eth0" / "type").unlink()
    (tmp_path / "eth0" / "type").mkdir()  # root reads a file whatever its mode, but not a folder
    with pytest.raises(IsADirectoryError) as caught:
        one(tmp_path, "eth0")
    assert caught.value.filename == f"{tmp_path}/eth0/type"


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
def test_every_host(row: Row, tmp_path: Path) -> None:
    """Each host of the table, as its /sys would be: devices, bonds, VLANs, modems; read as it was laid out."""
    links = row.read.links
    indexes = {name: index for index, name in enumerate(links, 1)}
    for name, link in links.items():
        entries = [f"lower_{lower}" for lower in link.lower]
        entries += ["device"] * link.device + ["bridge"] * link.bridge
        files = {"tun_flags": "0x1001"} if link.devtype == "tun" else {}
        devtype = f"DEVTYPE={link.devtype}\n" if link.devtype not in ("", "tun") else ""
        uevent = f"{devtype}INTERFACE={name}\nIFINDEX={indexes[name]}"
        flags = "0x1003" if link.up else "0x1002"
        make(
            tmp_path,
            name,
            *entries,
            type=str(link.arphrd),
            flags=flags,
            ifindex=str(indexes[name]),
            uevent=uevent,
            **files,
        )
    read = read_links(set(links), indexes, str(tmp_path))
    for link in read.values():
        link.lower = tuple(sorted(link.lower))
    expected = {name: {**slots(link), "lower": tuple(sorted(link.lower))} for name, link in links.items()}
    assert {name: slots(link) for name, link in read.items()} == expected
    host = Host(list(read.values()), row.read.addresses, row.read.routes, surely=row.read.surely)
    assert [answered(host, line) for line, _ in row.questions] == [expected for _, expected in row.questions]
