"""Every code block of the pages for users is run by a test, or named here with the reason why it cannot be."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator

import pytest
from support import engine
from support.hosts import HOSTS
from support.pages import ROOT, block, blocks
from support.swarm_nodes import wait_for
from support.systemd_host import FAILING, SERVICE, SHELLS, booted_host, done, listens, run

from racknet.core.cloud_hints import PROVIDERS

PAGES = [
    "README.md",
    *(
        "docs/install.md",
        "docs/clouds.md",
        "docs/clusters.md",
        "docs/publishing.md",
        "docs/recipes.md",
        "docs/servicenet.md",
    ),
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("examples/*/README.md")),
]
NOT_RUN = {
    ("README.md", "script/run"): "test_packages.py runs it on a fresh machine; script/test is what runs these tests",
    ("README.md", "docker buildx bake"): "test_builds.py and test_packages.py run these",
    ("README.md", ">>> racknet"): "docs/python.md has the same, as a doctest",
    ("docs/install.md", "docker run"): "test_usages.py runs it",
    ("docs/install.md", "sudo script/install"): "test_packages.py runs it, into another folder",
    ("docs/install.md", "PATH="): "it is for a file of a user's own",
    ("docs/install.md", "sudo apt-get"): "test_packages.py installs the package, in a container",
    ("docs/install.md", "COPY"): "test_builds.py and test_usages.py run the copy",
    ("docs/install.md", "pipx install"): "test_packages.py runs the wheel by each of these, in folders of its own",
    ("docs/install.md", "python3 -m venv"): "test_packages.py runs it, in a folder of its own",
    (
        "docs/install.md",
        "eval",
    ): "test_packages.py takes the lines out of the page, and completes by them in each shell",
    ("docs/install.md", "autoload"): "the same",
    ("docs/install.md", "_RACKNET_COMPLETE"): "the same",
    ("examples/kubernetes/README.md", "kubectl"): "needs a cluster; podman plays the job, a schema checks both files",
}
CLOUDS, RECIPES = "docs/clouds.md", "docs/recipes.md"
LINK_LOCAL = "fe80::be76:4eff:fe20:b452"


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host that systemd has booted."""
    with booted_host() as container:
        yield container


def asked_blocks() -> set[tuple[str, str]]:
    """Return the pages and the beginnings of the blocks that the tests in this folder ask for."""
    found = set()
    for path in (ROOT / "tests" / "image").glob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "block":
                page, start = node.args[:2]
                name = globals()[page.id] if isinstance(page, ast.Name) else ast.literal_eval(page)
                found.add((str(name), str(ast.literal_eval(start))))
    return found


def test_every_block_is_run() -> None:
    """Each code block of the pages is asked for by a test in this folder, or named with a reason."""
    asked = asked_blocks() | set(NOT_RUN)
    for page in PAGES:
        for text in blocks(page):
            starts = [start for asked_page, start in asked if asked_page == page]
            assert any(text.startswith(start) for start in starts), f"{page}: no test runs\n{text}"


def test_every_folder_has_a_page() -> None:
    """Each folder of examples has a README, which docs/recipes.md links to by the folder."""
    folders = list((ROOT / "examples").iterdir())
    assert folders
    for folder in folders:
        assert (folder / "README.md").is_file(), folder
        assert f"(../examples/{folder.name})" in (ROOT / RECIPES).read_text()


def forms() -> list[tuple[str, str]]:
    """Return the table of docs/recipes.md: the form that loses a failure, and the form that stops."""
    rows = re.findall(r"^\| `(.*racknet .*)` \| `(.*)` \|$", (ROOT / RECIPES).read_text(), re.MULTILINE)
    return [(first.replace(r"\|", "|"), second.replace(r"\|", "|")) for first, second in rows]


@pytest.mark.parametrize("shell", SHELLS)
def test_forms(host: str, shell: str) -> None:
    """docs/recipes.md: one form of the table loses a failure, the other stops; with an answer, both do the same."""
    assert len(forms()) == 7
    for loses, stops in forms():
        went_on, stopped = outcomes(host, f"{FAILING}{shell}", loses, stops)
        assert went_on[0].endswith("next line\n"), loses
        assert stopped == ("", "2"), stops
        same, right = outcomes(host, shell, loses, stops)
        assert same == right, loses
        assert right[0].endswith("next line\n"), stops


def outcomes(host: str, shell: str, *scripts: str) -> list[tuple[str, str]]:
    """Run scripts by a shell with `set -eu`, in a function, where `local` may stand. Return their output and status."""
    functions = [f"f() {{ {script}\necho next line; }}\nf" for script in scripts]
    each = "".join(f"s=0; ({shell} -euc '{function}') || s=$?; echo status $s\n" for function in functions)
    return re.findall(r"(.*?)status (\d+)\n", run(host, each).out, re.DOTALL)


def test_at_a_prompt(host: str) -> None:
    """docs/recipes.md: without `set -e`, nothing behind `&&` runs where racknet fails."""
    asked = block(RECIPES, "all=")
    assert done(host, asked) == f"{SERVICE}\n"
    assert run(host, f"set +e; {FAILING}{asked}").out == ""
    assert run(host, f"export RACKNET_SERVICE_CIDR=10.0.0.0/32; {asked}").out == ""


def test_files(host: str) -> None:
    """docs/recipes.md: a file is the old one or the new one, and a unit restarts only where the address has changed."""
    folder = done(host, "mktemp -d").strip()
    done(host, block(RECIPES, "racknet service >address.new && mv"), folder)
    assert done(host, "cat address", folder) == f"{SERVICE}\n"
    assert run(host, FAILING + block(RECIPES, "racknet service >address.new && mv"), folder).status == 2
    assert done(host, "cat address", folder) == f"{SERVICE}\n"
    done(host, "cp /examples/systemd/redis-on-service.service /run/systemd/system; systemctl daemon-reload")
    asked = "set -x\n" + block(RECIPES, "racknet service >address.new && if")
    assert "try-restart" not in run(host, asked, folder).err
    assert "try-restart" in run(host, f"echo 10.208.1.4 >address; {asked}", folder).err
    assert done(host, "cat address; ls", folder) == f"{SERVICE}\naddress\n"


ANSWERS = [
    {"node": "n1", "id": "a", "address": "10.176.224.2", "error": None},
    {"node": "n2", "id": "b", "address": None, "error": "down"},
    {"node": "n10", "id": "c", "address": "10.176.224.4", "error": None},
]


def test_files_of_nodes(host: str) -> None:
    """docs/recipes.md: nodes without an address are left out; where all have none, the old file stays."""
    hosts = block(RECIPES, "racknet cluster service --json | jq -er '.[]")
    inventory = block(RECIPES, "racknet cluster service --json | jq -er '[.[]")
    silent = [{**answer, "address": None} for answer in ANSWERS]
    for asked, target, expected in (
        (hosts, "servicenet.hosts", "10.176.224.2\tn1\n10.176.224.4\tn10\n"),
        (inventory, "inventory", "[servicenet]\nn1 ansible_host=10.176.224.2\nn10 ansible_host=10.176.224.4\n"),
    ):
        # What `racknet cluster` prints comes from here: test_swarm.py asks a real swarm.
        script = f"cd $(mktemp -d); echo old >{target}; racknet() {{ cat; return 1; }}; {asked}\ncat {target}"
        for setting, printed, left in (
            ("set +e", json.dumps(ANSWERS), expected),
            ("set +e -o pipefail", json.dumps(ANSWERS), "old\n"),
            ("set +e", json.dumps(silent), "old\n"),
            ("set +e", "", "old\n"),
        ):
            assert run(host, f"{setting}\n{script}", stdin=printed).out == left


def test_link_local(host: str) -> None:
    """docs/recipes.md: Redis cannot bind a link-local address without its zone, and can with it."""
    zoned = done(host, block(RECIPES, "racknet service ipv6")).strip()
    assert zoned == f"{LINK_LOCAL}%eth1"
    start = "timeout 20 redis-server --save '' --protected-mode no --bind"
    refused = run(host, f"{start} {LINK_LOCAL}")
    assert refused.status == 1
    assert "Failed listening" in refused.out
    assert run(host, f"{start} {zoned} --daemonize yes").status == 0
    try:
        assert listens(host, zoned)
    finally:
        run(host, f"redis-cli -h {zoned} shutdown nosave")


def test_answers_of_clouds() -> None:
    """docs/clouds.md: the addresses that it shows are the answers of the hosts that their links name."""
    shown = re.findall(r'\[([\d.]+)\]\(\S+ "(public|service) of ([\w-]+)"\)', (ROOT / CLOUDS).read_text())
    assert len({name for _, _, name in shown}) == 12
    for address, network, name in shown:
        assert getattr(HOSTS[name], network) == address, name
        assert network == "public" or bool(HOSTS[name].public) == (("public", name) in {row[1:] for row in shown})


def test_providers() -> None:
    """docs/clouds.md has each provider that the hint of `racknet public` may name, with the hint's command."""
    page = (ROOT / CLOUDS).read_text()
    assert [one.name for one in PROVIDERS if one.name not in page or f"\n    {one.command}\n" not in page] == []


EC2 = "/latest/meta-data/public-ipv4"


def test_metadata_services(host: str) -> None:
    """docs/clouds.md: each command asks what the provider's documentation wants to be asked, with its headers."""
    flags = ["--rm", "--label", engine.LABEL, f"--net=container:{host}"]
    source = (ROOT / "tests" / "support" / "metadata_server.py").read_text()
    server = engine.docker("run", "-d", *flags, engine.PACKAGE, "-c", source).strip()
    try:
        done(host, "for a in 169.254.169.254 169.254.42.42 100.100.100.200; do ip addr add $a dev lo; done")
        done(host, "echo 169.254.169.254 metadata.tencentyun.com >>/etc/hosts")
        wait_for(lambda: run(host, "curl -s http://169.254.169.254/ready").status == 0, "the metadata service")
        aws, google = block(CLOUDS, 'curl -sfH "X-aws'), block(CLOUDS, "curl -sfH Metadata-Flavor")
        azure, oracle = block(CLOUDS, "curl -sfH Metadata:true"), block(CLOUDS, "oci")
        alibaba, tencent = block(CLOUDS, "curl -sf http://100"), block(CLOUDS, "curl -sf http://metadata")
        openstack, scaleway = (
            block(CLOUDS, "curl -sf http://169.254.169.254"),
            block(CLOUDS, "curl -sf http://169.254.42.42"),
        )
        for asked in (aws, google, azure, alibaba, tencent, openstack):
            assert done(host, asked) == "203.0.113.9\n", asked
        assert done(host, scaleway) == "PUBLIC_IP_ADDRESS=203.0.113.9\n"
        # Oracle's own command is in no package here.
        assert done(host, f"oci() {{ echo $*; }}; {oracle}").endswith("list-vnics --instance-id 203.0.113.9\n")
        link_local = "169.254.169.254"
        networks = "/computeMetadata/v1/instance/network-interfaces/0/access-configs/0/external-ip"
        assert engine.docker("logs", server).splitlines()[1:] == [
            f"PUT {link_local} /latest/api/token X-aws-ec2-metadata-token-ttl-seconds: 60",
            f"GET {link_local} {EC2} X-aws-ec2-metadata-token: TOKEN",
            f"GET {link_local} {networks} Metadata-Flavor: Google",
            f"GET {link_local} /metadata/loadbalancer?api-version=2020-10-01 Metadata: true",
            "GET 100.100.100.200 /latest/meta-data/eipv4",
            f"GET metadata.tencentyun.com {EC2}",
            f"GET {link_local} {EC2}",
            "GET 169.254.42.42 /conf",
            f"GET {link_local} /opc/v2/instance/id Authorization: Bearer Oracle",
        ]
    finally:
        engine.command("docker", "rm", "-f", server)
        run(host, "for a in 169.254.169.254 169.254.42.42 100.100.100.200; do ip addr del $a dev lo; done")


def test_two_private_nics() -> None:
    """docs/clouds.md: with two private NICs, `service` is the NIC of the default route, unless another is named."""
    case = HOSTS["aws-two-nics"]
    with engine.host_container(case.layout.script) as container:
        with engine.executable() as path:
            engine.docker("cp", path, f"{container}:/usr/local/bin/racknet")
        assert done(container, "racknet service") == f"{case.service}\n" == "172.31.5.9\n"
        assert done(container, block(CLOUDS, "racknet service")) == "172.31.40.7\n"
