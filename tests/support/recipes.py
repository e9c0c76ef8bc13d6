"""Every code block of the pages: how it is run on two hosts, or who else runs it, or why nothing can.

The one host has the answers. The other has none: no service address, or no address at all. There a block that asks for
an address must fail, and nothing may listen or be overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field

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
QUICK = "sed -i 's/--wait 30/--wait 1/; s/RACKNET_WAIT=30/RACKNET_WAIT=1/' ../*/*.sh ../*/*.service"
SWARM = "docker swarm init --advertise-addr 127.0.0.1"
UNIT = "cp redis-on-service.service /etc/systemd/system"

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
        "examples/compose/README.md",
        "racknet exec docker compose up --detach --build",
        folder="compose",
        listens=True,
        edits={"racknet exec docker compose down": ""},
        files={".env": "old\n"},
    ),
    Recipe(
        "examples/compose/README.md",
        RUN,
        folder="compose",
        listens=True,
        files=OWN,
    ),
    Recipe(
        "examples/compose/README.md",
        "racknet exec docker compose up --detach --force",
        folder="compose",
        listens=True,
    ),
    Recipe(
        "examples/cron/README.md",
        "install",
        folder="cron",
        within=r"""{block}
eval "$(sed -n 's/--wait 60/--wait 1/; s/^\*.*root  //p' /etc/cron.d/racknet)" """,
        files={"/run/public-ip": f"{PUBLIC}\n"},
        asks_public=True,
    ),
    Recipe(
        "examples/dockerfile/README.md", "docker build", folder="dockerfile", prepare=QUICK, listens=True, stays=True
    ),
    Recipe(
        "examples/make/README.md",
        "make",
        folder="make",
        files={"redis.conf": f"bind {SERVICE}\n", "service-address": f"{SERVICE}\n"},
    ),
    Recipe("examples/shell/README.md", "racknet() {", prints=SERVICE, within="{block}\nracknet service"),
    Recipe(
        "examples/swarm/README.md",
        "IMAGE=",
        folder="swarm",
        prints=SERVICE,
        prepare=SWARM,
    ),
    Recipe("examples/systemd/README.md", "cp redis-on", folder="systemd", prepare=QUICK, listens=True),
]

# Blocks that ask for no address of this host, or that need more than a host: who runs them, or why nothing can. Where
# one asks for an address, the test that is named has a host without an answer, too.
METADATA = "test_docs_commands.py::test_metadata_services"
COMPLETIONS = "test_packages.py::test_completions_by_hand"
DOCTESTS = "test_python.py"
TRANSCRIPT = "what racknet prints on a host that the page describes; tests/messages.txt has all messages"
CODE = "a drawing or an excerpt, and no command"
ELSEWHERE = {
    (README, "script/run"): "test_packages.py::test_run_on_a_minimal_debian",
    (README, "docker buildx bake"): "test_packages.py::test_install",
    (README, "script/release"): "test_packages.py::test_ten_hosts",
    (README, "racknet cluster"): "test_examples.py::test_readme",
    ("SECURITY.md", "SOURCE_DATE_EPOCH"): "test_supply.py",
    ("SECURITY.md", "racknet namespaces"): "test_packages.py::test_signature",
    ("SECURITY.md", "ssh-keygen"): "test_packages.py::test_signature",
    ("CONTRIBUTING.md", "script/run"): "test_packages.py::test_run_on_a_minimal_debian",
    ("CONTRIBUTING.md", "PYTHONPATH"): "needs somebody's report; tests/unit/test_report.py makes rows of reports",
    ("docs/clouds.md", "curl"): METADATA,
    ("docs/clouds.md", "oci"): METADATA,
    ("docs/clusters.md", "pipx install"): "test_examples.py::test_cluster",
    ("docs/clusters.md", "DOCKER_HOST"): "test_swarm.py",
    ("docs/clusters.md", "docker save"): "test_swarm.py::test_image_missing",
    ("docs/clusters.md", "script/publish"): "test_publish.py",
    ("docs/clusters.md", "note:"): TRANSCRIPT,
    ("docs/maintainers/code.md", ""): CODE,
    ("docs/engines.md", "racknet: no"): "test_engines.py::test_engine",
    ("docs/install.md", "docker load"): "test_packages.py::test_by_hand",
    ("docs/install.md", "sudo script/install"): "test_packages.py::test_install",
    ("docs/install.md", "container="): "test_packages.py::test_by_hand",
    ("docs/install.md", "install -m 755"): "test_packages.py::test_by_hand",
    ("docs/install.md", "PATH="): "it is for a file of a user's own",
    ("docs/install.md", "sudo apt-get"): "test_packages.py::test_deb_installs",
    ("docs/install.md", "COPY"): "it names a registry; README.md has the same, which runs",
    ("docs/install.md", "pipx install"): "test_packages.py::test_wheel",
    ("docs/install.md", "python3 -m venv"): "test_packages.py::test_wheel",
    ("docs/install.md", "eval"): COMPLETIONS,
    ("docs/install.md", "autoload"): COMPLETIONS,
    ("docs/install.md", "_RACKNET_COMPLETE"): COMPLETIONS,
    ("docs/maintainers/publishing.md", ""): "test_publish.py",
    ("docs/python.md", ">>>"): DOCTESTS,
    ("docs/python.md", "RacknetError"): CODE,
    ("examples/compose/README.md", "docker compose"): "test_examples.py::test_compose",
    (RECIPES, "racknet cluster"): "test_docs_commands.py::test_files_of_nodes",
    ("docs/reference.md", "racknet public  [ipv4|ipv6]"): "a list of commands",
    ("docs/reference.md", "$ racknet"): TRANSCRIPT,
    ("docs/reference.md", '{"network"'): TRANSCRIPT,
    (RECIPES, "docker port"): "test_examples.py::test_database",
    (RECIPES, "racknet cluster service ipv4"): "test_examples.py::test_database",
    (RECIPES, "docker run"): "test_examples.py::test_database",
    (RECIPES, "redis-cli"): "test_examples.py::test_database",
    ("examples/ansible/README.md", "ansible-playbook"): "test_tools.py::test_ansible",
    ("examples/systemd/README.md", "cp racknet-watch@"): "test_tools.py::test_systemd_watch",
    ("examples/kubernetes/README.md", "kubectl"): "needs a cluster; podman plays the job, a schema checks both files",
    ("examples/kubernetes/README.md", "sed"): "test_tools.py::test_kube_play",
}
