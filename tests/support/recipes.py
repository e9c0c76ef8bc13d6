"""Every code block of the pages: how it is run on two hosts, or who else runs it, or why nothing can.

The one host has the answers. The other has none: no service address, or no address at all. There a block that asks for
an address must fail, and nothing may listen or be overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from support.systemd_host import PUBLIC, SERVICE

LINK_LOCAL = "fe80::be76:4eff:fe20:b452"
README, RECIPES = "README.md", "docs/recipes.md"


@dataclass(frozen=True)
class Recipe:
    """How a block is run, in a folder of its own, on both hosts."""

    page: str
    start: str  # of the block
    prints: str = ""  # with the answers, a line of its output
    listens: bool = False  # with the answers, Redis listens on the service address, and on no other
    folder: str = "."  # where it runs, in a copy of /examples
    within: str = "{block}"  # the script around it
    then: str = ""  # with the answers, what is run after it, and prints
    edits: dict[str, str] = field(default_factory=dict)  # what cannot be as it is written
    prepare: str = ""  # what the user has done before
    files: dict[str, str] = field(default_factory=dict)  # by their paths, what they are with the answers
    stays: bool = False  # with the answers, `docker run` stays in the foreground: it is detached there
    asks_public: bool = False  # for the public address, which the host without a service address has


RUN = "docker run --rm --net=host"
COMPOSE = "services: {redis: {image: redis, ports: ['${RACKNET_SERVICE_IPV4:?}:6379:6379']}}"
IN_DOCKERFILE = """cd "$(mktemp --directory)"
cat >Dockerfile <<'END'
FROM redis
{block}
END
docker build --quiet --tag example .
docker run --net=host example --protected-mode no"""
ANSWERS = {"PUBLIC_IPV4": PUBLIC, "SERVICE_IPV4": SERVICE, "SERVICE_IPV6": LINK_LOCAL}
OWN = {".env": "old\n", "racknet.env": "".join(f"RACKNET_{name}={value}\n" for name, value in ANSWERS.items())}
CRON = r"""{block}
eval "$(sed -n 's/--wait 60/--wait 1/; s/^\*.*root  //p' /etc/cron.d/racknet)" """
QUICK = "sed -i 's/--wait 30/--wait 1/; s/RACKNET_WAIT=30/RACKNET_WAIT=1/' ../*/*.sh ../*/*.service"
SWARM = "docker swarm init --advertise-addr 127.0.0.1"
UNIT = "cp redis-on-service.service /etc/systemd/system"


def example(folder: str, start: str, **how: Any) -> Recipe:
    """Return how a block of an example is run, in its folder."""
    return Recipe(f"examples/{folder}/README.md", start, folder=folder, **how)


TWO_HOSTS = [
    Recipe(README, "$ docker run", prints=SERVICE, edits={"$ docker": "docker", "\n10.176.225.205": ""}),
    Recipe(README, "ip=", listens=True),
    Recipe(
        README,
        "racknet exec docker compose",
        listens=True,
        within='{block}\necho "[$RACKNET_SERVICE_IPV4]"',
        prints=f"[{SERVICE}]",
        prepare=f'echo "{COMPOSE}" >compose.yaml'.replace("$", r"\$"),
        files=OWN,
    ),
    Recipe(
        README, "COPY --from", listens=True, within=IN_DOCKERFILE, edits={"REGISTRY/racknet": "racknet/ip"}, stays=True
    ),
    Recipe("SECURITY.md", RUN, prints=PUBLIC, asks_public=True),
    Recipe("docs/clouds.md", "racknet service", prints=SERVICE, edits={"ens6": "eth1"}),
    Recipe("docs/clusters.md", "image=", prints=SERVICE, prepare=SWARM),
    Recipe("docs/install.md", RUN, prints=SERVICE),
    Recipe(RECIPES, "racknet() {", prints=SERVICE, within="{block}\nracknet service"),
    Recipe(RECIPES, "ip=", listens=True),
    Recipe(RECIPES, "all=", prints=f"bind {SERVICE}"),
    Recipe(
        RECIPES,
        'ip="$(racknet service)" && nft',
        then="nft list ruleset",
        prints=f'iifname != {{ "br-*", "docker0", "eth1", "lo" }} ip daddr {SERVICE} drop',
    ),
    Recipe(RECIPES, "racknet service >address.new && mv", files={"address": f"{SERVICE}\n"}),
    Recipe(
        RECIPES,
        "racknet service >address.new && if",
        prepare=f"cd systemd; {UNIT}; systemctl daemon-reload",
        files={"address": f"{SERVICE}\n"},
    ),
    Recipe(RECIPES, "racknet service ipv6", prints=f"{LINK_LOCAL}%eth1"),
    Recipe(
        "docs/reference.md",
        "racknet service --format",
        prints="ceph config set mon public_network 10.208.0.0/17",
        # It stands in for a cluster of Ceph.
        prepare=r"printf '#!/bin/sh\necho ceph $*\n' >/usr/local/bin/ceph; chmod +x /usr/local/bin/ceph",
        then='[ "$NCCL_SOCKET_IFNAME" = eth1 ]',
    ),
    example(
        "compose",
        "racknet exec docker compose up --detach --build",
        listens=True,
        edits={"racknet exec docker compose down": ""},
        files={".env": "old\n"},
    ),
    example("compose", RUN, listens=True, files=OWN),
    example("compose", "racknet exec docker compose up --detach --force", listens=True),
    example("cron", "install", within=CRON, files={"/run/public-ip": f"{PUBLIC}\n"}, asks_public=True),
    example("dockerfile", "docker build", prepare=QUICK, listens=True, stays=True),
    example("make", "make", files={"redis.conf": f"bind {SERVICE}\n", "service-address": f"{SERVICE}\n"}),
    example("shell", "racknet() {", prints=SERVICE, within="{block}\nracknet service"),
    example("swarm", "IMAGE=", prints=SERVICE, prepare=SWARM),
    example("systemd", "cp redis-on", prepare=QUICK, listens=True),
]

# Blocks that ask for no address of this host, or that need more than a host: who runs them, or why nothing can; and
# which, by their pages. Where one asks for an address, the test that is named has a host without an answer, too.
RUN_BY = {
    "test_packages.py::test_run_on_a_minimal_debian": {README: ["script/run"], "CONTRIBUTING.md": ["script/run"]},
    "test_packages.py::test_install": {README: ["docker buildx bake"], "docs/install.md": ["sudo script/install"]},
    "test_packages.py::test_ten_hosts": {README: ["script/release"]},
    "test_examples.py::test_cluster": {README: ["racknet cluster"], "docs/clusters.md": ["pipx install"]},
    "test_supply.py": {"SECURITY.md": ["SOURCE_DATE_EPOCH"]},
    "test_packages.py::test_signature": {"SECURITY.md": ["racknet namespaces", "ssh-keygen"]},
    "needs somebody's report; tests/unit/test_report.py makes rows of reports": {"CONTRIBUTING.md": ["PYTHONPATH"]},
    "test_docs_commands.py::test_metadata_services": {"docs/clouds.md": ["curl", "oci"]},
    "test_swarm.py": {"docs/clusters.md": ["DOCKER_HOST"]},
    "test_swarm.py::test_image_missing": {"docs/clusters.md": ["docker save"]},
    "test_publish.py": {"docs/clusters.md": ["script/publish"], "docs/maintainers/publishing.md": [""]},
    "what racknet prints on a host that the page describes; tests/messages.txt has all messages": {
        "docs/clusters.md": ["note:"],
        "docs/reference.md": ["$ racknet", '{"network"'],
    },
    "a drawing or an excerpt, and no command": {"docs/maintainers/code.md": [""], "docs/python.md": ["RacknetError"]},
    "test_engines.py::test_engine": {"docs/engines.md": ["racknet: no"]},
    "test_packages.py::test_by_hand": {"docs/install.md": ["docker load", "container=", "install -m 755"]},
    "it is for a file of a user's own": {"docs/install.md": ["PATH="]},
    "test_packages.py::test_deb_installs": {"docs/install.md": ["sudo apt-get"]},
    "it names a registry; README.md has the same, which runs": {"docs/install.md": ["COPY"]},
    "test_packages.py::test_wheel": {"docs/install.md": ["pipx install", "python3 -m venv"]},
    "test_packages.py::test_completions_by_hand": {"docs/install.md": ["eval", "autoload", "_RACKNET_COMPLETE"]},
    "test_docs_commands.py::test_doctests": {"docs/python.md": [">>>"]},
    "test_docs_commands.py::test_compose": {"examples/compose/README.md": ["docker compose"]},
    "test_docs_commands.py::test_files_of_nodes": {RECIPES: ["racknet cluster"]},
    "a list of commands": {"docs/reference.md": ["racknet public  [ipv4|ipv6]"]},
    "test_examples.py::test_database": {
        RECIPES: ["docker port", "racknet cluster service ipv4", "docker run", "redis-cli"]
    },
    "test_tools.py::test_ansible": {"examples/ansible/README.md": ["ansible-playbook"]},
    "needs a cluster; podman plays the job, a schema checks both files": {"examples/kubernetes/README.md": ["kubectl"]},
    "test_tools.py::test_systemd_watch": {"examples/systemd/README.md": ["cp racknet-watch@"]},
    "test_tools.py::test_kube_play": {"examples/kubernetes/README.md": ["sed"]},
}
ELSEWHERE = {(page, start): who for who, pages in RUN_BY.items() for page, starts in pages.items() for start in starts}
