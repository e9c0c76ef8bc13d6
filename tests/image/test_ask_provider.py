"""--ask-provider on hosts whose firmware names a provider, with its metadata service at its own address.

The service is tests/support/metadata_server.py. Debian's cloud-init reads the same answers from it.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from support import engine
from support.forms import host_with_both, right
from support.hosts import HOSTS
from support.metadata_server import PAGE

from racknet.core.clouds import PROVIDERS, Provider

CLOUD_INIT = "racknet/tests:cloud-init"
SERVER = (Path(__file__).parents[1] / "support" / "metadata_server.py").read_text()
ADDRESSES = "169.254.169.254 169.254.0.23 169.254.42.42 100.100.100.200"
PUBLIC, FIRST, SECOND = "203.0.113.9", "172.31.5.9", "172.31.40.7"
SERVICES = {"Google Cloud": "google", "Yandex Cloud": "google", "Alibaba Cloud": "alibaba", "Tencent Cloud": "tencent"}
ASKED = [provider for provider in PROVIDERS if provider.metadata]
# Files take the place of /sys, where racknet looks for the firmware; `firmware` writes them.
PREPARE = f"""
for address in {ADDRESSES}; do ip addr add $address dev lo; done
mkdir -p /firmware/class/dmi/id && mount --bind /firmware /sys
"""


def firmware(container: str, file: str = "", string: str = "") -> None:
    """Let the firmware of a host say this, and nothing else."""
    words = f"rm -f /sys/class/dmi/id/*; [ -z '{file}' ] || echo '{string}' >/sys/class/dmi/id/{file}"
    assert engine.bash(container, words).status == 0


@contextmanager
def served(container: str, **play: object) -> Iterator[None]:
    """Run the metadata services on a host. Its /asked has what they are asked."""
    start = 'python3 -c "$1" "$0" >/asked 2>&1 & echo $! >/pid; wait'
    engine.command("docker", "exec", "-d", container, "bash", "-c", start, json.dumps(play), SERVER)
    until = time.monotonic() + 20
    while engine.bash(container, ": </dev/tcp/169.254.169.254/80").status:
        assert time.monotonic() < until
    try:
        yield
    finally:
        engine.bash(container, "kill $(cat /pid); while kill -0 $(cat /pid); do sleep 0.1; done")


def asked(container: str) -> list[str]:
    """Return what the services were asked."""
    return engine.bash(container, "cat /asked").out.splitlines()


@pytest.fixture(scope="module")
def cloudy() -> Iterator[str]:
    with host_with_both(HOSTS["aws-two-nics"].layout.script + PREPARE) as container:
        yield container


@pytest.mark.parametrize("one", ASKED, ids=lambda one: f"{one.name} {one.dmi_file}")
def test_each_provider(cloudy: str, one: Provider, form: str) -> None:
    """The provider that the firmware names is asked, at its own address alone, and tells the public address."""
    assert one.metadata
    firmware(cloudy, one.dmi_file, one.dmi_string.replace("*", "4.11"))
    cloud = SERVICES.get(one.name, one.name.lower() if one.name in ("AWS", "Azure", "Scaleway") else "openstack")
    proxies = "http_proxy=http://127.0.0.1:9 HTTP_PROXY=http://127.0.0.1:9 ALL_PROXY=http://127.0.0.1:9"
    with served(cloudy, cloud=cloud):
        result = engine.bash(
            cloudy, f"{proxies} strace -f -e trace=connect -o /trace {form} public --ask-provider --json"
        )
        assert result.status == 0, result
        answer = json.loads(result.out)
        for_private = "" if cloud == "openstack" else f" for {FIRST}"
        assert answer["why"] == f"from {one.name}'s metadata service{for_private}"
        assert answer["proven"] is (cloud != "openstack")
        assert (answer["address"], answer["interface"], answer["source"]) == (PUBLIC, "ens5", "provider")
        lines = asked(cloudy)
        assert {line.split()[1] for line in lines} == {one.metadata.address}
        assert (lines[0].split()[0] == "PUT") is bool(one.metadata.session)
    connections = re.findall(
        r'sin_port=htons\((\d+)\), sin_addr=inet_addr\("([\d.]+)"\)', engine.bash(cloudy, "cat /trace").out
    )
    assert connections == [("80", one.metadata.address)] * len(lines)


FAULTS = {
    "status": "status 500, 'Internal Server Error'",
    "missing": "/latest/api/token: '' is not a token",
    "redirect": "status 302, ''",
    "html": repr(PAGE)[:40],
    "long": "'999999",
    "slow": "no answer within 2 seconds",
    "drip": "no answer within 2 seconds",
    "closed": "PUT http://169.254.169.254/latest/api/token",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_faults(cloudy: str, fault: str, form: str) -> None:
    """What is no answer is an error within two seconds, with what came instead and the command to ask by hand."""
    firmware(cloudy, "sys_vendor", "Amazon EC2")
    with served(cloudy, cloud="aws", fault=fault):
        start = time.monotonic()
        result = engine.bash(cloudy, f"{form} public --ask-provider")
        took = time.monotonic() - start
        assert not [line for line in asked(cloudy) if line.startswith("GET")]  # never without a token
    assert (result.out, result.status) == ("", 1)
    first, *_, last = result.err.splitlines()
    assert first.startswith(
        "racknet: no public ipv4 address on this host, and AWS's metadata service does not tell it: "
    )
    assert FAULTS[fault] in first
    assert last.startswith("hint: to ask the provider: curl -sfH")
    assert took < 4


def test_wrong_answers(cloudy: str, form: str) -> None:
    """A public address of another host's, a list, none, and an address that is not public are no answers."""
    firmware(cloudy, "product_name", "Google Compute Engine")
    for play, said in (
        ({"pairs": [[PUBLIC, "172.31.5.10"]]}, f"tells {PUBLIC} for 172.31.5.10, which belongs to no service address"),
        ({"pairs": []}, "tells none"),
        ({"fault": "empty"}, "tells none"),
        ({"fault": "list"}, rf"'{PUBLIC}\n203.0.113.10' is not a public IPv4 address"),
        ({"pairs": [["10.1.2.3", FIRST]]}, "'10.1.2.3' is not a public IPv4 address"),
    ):
        with served(cloudy, cloud="google", **play):
            result = engine.bash(cloudy, f"{form} public --ask-provider")
        assert (result.out, result.status) == ("", 1)
        assert said in result.err.splitlines()[0]


def test_two_nics(cloudy: str, form: str) -> None:
    """Of two, it is the one of the service address, or of the NIC that the user names; variables mean the same."""
    firmware(cloudy, "sys_vendor", "Amazon EC2")
    with served(cloudy, cloud="aws", pairs=[[PUBLIC, FIRST], ["203.0.113.10", SECOND]]):
        assert engine.bash(cloudy, f"RACKNET_STRICT=0 {form} public --ask-provider") == right(PUBLIC)
        assert engine.bash(cloudy, f"{form} public --ask-provider --strict").status == 1
        assert engine.bash(cloudy, f"{form} public --ask-provider --strict --interface ens6") == right("203.0.113.10")
        environ = "RACKNET_ASK_PROVIDER=1 RACKNET_STRICT=0"
        assert f"\nRACKNET_PUBLIC_IPV4={PUBLIC}\n" in "\n" + engine.bash(cloudy, f"{environ} {form} env").out
        assert engine.bash(cloudy, f"{environ} {form} exec echo '$RACKNET_PUBLIC_IPV4'") == right(PUBLIC)


def test_nobody_there(cloudy: str) -> None:
    """Where nobody listens, and where the firmware names nobody or a provider without such a service, it is said."""
    for file, string, said in (
        (
            "sys_vendor",
            "Amazon EC2",
            "AWS's metadata service does not tell it: PUT http://169.254.169.254/latest/api/token: ",
        ),
        ("chassis_asset_tag", "OracleCloud.com", "Oracle Cloud's metadata service does not have it"),
        ("sys_vendor", "QEMU", "the firmware names no provider that can be asked"),
    ):
        firmware(cloudy, file, string)
        result = engine.bash(cloudy, "/bare/racknet public --ask-provider")
        assert (result.out, result.status) == ("", 1)
        assert f", and {said}" in result.err


COMMANDS = [
    "public",
    "public ipv6",
    "public --wait 0.3",
    "public --all",
    "service",
    "list",
    "env",
    "report",
    "exec true",
]


@pytest.mark.parametrize("words", [*COMMANDS, "service --explain --json", "public --help"])
def test_nothing_is_sent_without_it(cloudy: str, words: str, form: str) -> None:
    """Without the option nothing is ever sent: no command connects, or writes to anybody but the kernel."""
    firmware(cloudy, "sys_vendor", "Amazon EC2")
    with served(cloudy, cloud="aws"):
        engine.bash(cloudy, f"RACKNET_ASK_PROVIDER=0 strace -f -e trace=network -o /trace {form} {words}")
        assert asked(cloudy) == []
    lines = engine.bash(cloudy, "cat /trace").out.splitlines()
    assert lines
    assert not [line for line in lines if " connect(" in line or ("SOCK_STREAM" in line and "AF_UNIX" not in line)]
    sent = [line for line in lines if re.search(r" send(to|msg|mmsg)\(", line)]
    assert all("nlmsg_type" in line for line in sent)


CLOUD_INIT_READS = """
import json, sys, time
from cloudinit.sources import DataSourceAzure, DataSourceGCE, URLParams
from cloudinit.sources.azure import imds  # after the other, which it imports
from cloudinit.sources.helpers import ec2, openstack
from cloudinit.url_helper import readurl

URL, cloud = "http://169.254.169.254", sys.argv[1]
if cloud in ("aws", "alibaba"):
    name, url = ("aws-ec2", URL) if cloud == "aws" else ("aliyun-ecs", "http://100.100.100.200")
    ttl = {f"X-{name}-metadata-token-ttl-seconds": "21600"}
    token = readurl(f"{url}/latest/api/token", headers=ttl, request_method="PUT").contents.decode()
    found = ec2.get_instance_metadata("latest", url, headers_cb=lambda _: {f"X-{name}-metadata-token": token})
elif cloud == "google":
    v1 = f"{URL}/computeMetadata/v1/"
    found = DataSourceGCE.read_md(v1, URLParams(1, 2, 1, 1), platform_check=False)
    nics = "instance/network-interfaces/0/"
    fetch = DataSourceGCE.GoogleMetadataFetcher(v1, 1, 1).get_value
    found = {"md": found, "nic": [fetch(nics + "ip", True), fetch(nics + "access-configs/0/external-ip", True)]}
elif cloud == "azure":
    found = imds.fetch_metadata_with_api_fallback(time.monotonic() + 5)
    found["config"] = DataSourceAzure.generate_network_config_from_instance_network_metadata(
        found["network"], apply_network_config_for_secondary_ips=True
    )
else:
    found = openstack.MetadataReader(URL).read_v2()
print(json.dumps(found, default=str))
"""


@pytest.mark.parametrize("cloud", ["aws", "alibaba", "google", "azure", "openstack"])
def test_cloud_init_reads_the_same(cloud: str) -> None:
    """The services of the tests are like the real ones: Debian's cloud-init finds the same addresses there."""
    layout = f"ip link set lo up\n{PREPARE.splitlines()[1]}"
    with engine.host_container(layout, CLOUD_INIT) as container, served(container, cloud=cloud):
        words = ["docker", "exec", container, "python3", "-c", CLOUD_INIT_READS, cloud]
        result = engine.command(*words)
        assert result.status == 0, result.err
    found = json.loads(result.out)
    if cloud in ("aws", "alibaba"):
        assert (found["public-ipv4"], found["eipv4"], found["local-ipv4"]) == (PUBLIC, PUBLIC, FIRST)
        (nic,) = found["network"]["interfaces"]["macs"].values()
        assert nic["ipv4-associations"] == {PUBLIC: FIRST}
    elif cloud == "google":
        assert found["md"]["success"] is True
        assert found["md"]["meta-data"]["availability-zone"] == "europe-west1-b"
        assert found["nic"] == [FIRST, PUBLIC]
    elif cloud == "azure":
        assert found["config"]["ethernets"]["eth0"]["match"] == {"macaddress": "00:22:48:3f:00:00"}
        (address,) = found["network"]["interface"][0]["ipv4"]["ipAddress"]
        assert address["privateIpAddress"] == FIRST
    else:
        assert found["metadata"]["instance-id"] == "d8e02d56-2648-49a3-bf97-6be8f1204f38"
        assert (found["ec2-metadata"]["public-ipv4"], found["ec2-metadata"]["local-ipv4"]) == (PUBLIC, FIRST)
