"""Every code block of the pages: how it is run on two hosts, or who else runs it, or why nothing can.

The one host has the answers. The other has none: no service address, or no address at all. There a block that asks for
an address must fail, and nothing may listen or be overwritten.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from support.systemd_host import PUBLIC, SERVICE

PUBLIC6, LINK_LOCAL = "2001:4802:7800:1:be76:4eff:fe20:b4c1", "fe80::be76:4eff:fe20:b452"
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
COMPOSE_FILE = (
    r"""echo "services: {redis: {image: redis, ports: ['\${RACKNET_SERVICE_IPV4:?}:6379:6379']}}" >compose.yaml"""
)
IN_DOCKERFILE = """cd "$(mktemp --directory)"
cat >Dockerfile <<'END'
FROM redis
{block}
END
docker build --quiet --tag example .
docker run --net=host example --protected-mode no"""
ANSWERS = {"PUBLIC_IPV4": PUBLIC, "PUBLIC_IPV6": PUBLIC6, "SERVICE_IPV4": SERVICE, "SERVICE_IPV6": LINK_LOCAL}
OWN = {".env": "old\n", "racknet.env": "".join(f"RACKNET_{name}={value}\n" for name, value in ANSWERS.items())}
CRON = r"""{block}
eval "$(sed -n 's/--wait 60/--wait 1/; s/^\*.*root  //p' /etc/cron.d/racknet)" """
QUICK = "sed -i 's/--wait 30/--wait 1/; s/RACKNET_WAIT=30/RACKNET_WAIT=1/' ../*/*.sh ../*/*.service"
SWARM = "docker swarm init --advertise-addr 127.0.0.1"
UNIT = "cp redis-on-service.service /etc/systemd/system"
KEYS = """ssh-keygen -q -N '' -f key
install -D -m 600 key.pub ~/.ssh/authorized_keys
printf 'Host n*\n Hostname 127.0.0.1\n IdentityFile %s/key\n StrictHostKeyChecking no\n' "$PWD" >~/.ssh/config
systemctl start ssh
cp /usr/local/bin/racknet ."""
# Patroni looks for PostgreSQL's programs. Its addresses are those that the variables must overrule.
PATRONI = """for name in pg_ctl initdb pg_controldata pg_basebackup postgres pg_isready; do
  printf '#!/bin/sh\necho "postgres (PostgreSQL) 17.0"\n' >$name; chmod +x $name
done
echo '{scope: redis, name: n1, restapi: {listen: "*:8008", connect_address: "0.0.0.0:8008"},
  raft: {self_addr: "10.208.1.5:2222", partner_addrs: []},
  postgresql: {data_dir: data, bin_dir: ., listen: "*:5432", connect_address: "0.0.0.0:5432",
    authentication: {replication: {username: r, password: r}, superuser: {username: s, password: s}}}}' >patroni.yml"""
GALERA = """mariadb-install-db --no-defaults --user=root --datadir=/run/here/db >/dev/null 2>&1
mariadbd --user=root --datadir=/run/here/db --socket=/run/here/socket --binlog-format=ROW --wsrep-on \\
  --wsrep-new-cluster --wsrep-cluster-address=gcomm:// --wsrep-provider=/usr/lib/galera/libgalera_smm.so >log 2>&1 &
trap 'kill $!; wait $! || true' EXIT
until ss -Hltn | grep -q :3306; do kill -0 $!; sleep 0.2; done
echo $(ss -Hltn 'sport = :3306 or sport = :4567' | awk '{ print $4 }' | sort)"""
RAY = """python3 -c 'import ray; ray.init("auto"); print(*(node["NodeManagerAddress"] for node in ray.nodes()))'"""
# What stands in for a tool prints what it is given.
STAND_IN = r"printf '#!/bin/sh\necho TOOL $NCCL_SOCKET_IFNAME $*\n' >/usr/local/bin/TOOL; chmod +x /usr/local/bin/TOOL"


def example(folder: str, start: str, **how: Any) -> Recipe:
    """Return how a block of an example is run, in its folder."""
    return Recipe(f"examples/{folder}/README.md", start, folder=folder, **how)


def stand_in(tool: str, given: str, start: str = "", **how: Any) -> Recipe:
    """Return how a tool is started for which a program stands in: the tool is too big, or in no registry."""
    made, printed = STAND_IN.replace("TOOL", tool), f"{tool} {given}"
    return Recipe(RECIPES, start or f"racknet exec {tool}", prints=printed, prepare=made, **how)


def node_ip(tool: str) -> list[Recipe]:
    """Return how k3s is started, and its file is written, for this tool; and what a parser of YAML reads there."""
    file, edits = f"/etc/rancher/{tool}/config.yaml.d/node-ip.yaml", {"k3s": tool}
    read = f"python3 -c 'import sys, yaml; print(yaml.safe_load(sys.stdin))' <{file}"
    parsed, files = f"{{'node-ip': '{SERVICE}'}}", {file: f"node-ip: {SERVICE}\n"}
    return [
        stand_in(tool, f"server --node-ip {SERVICE}", start="racknet exec k3s", edits=edits),
        Recipe(RECIPES, "file=/etc/rancher/k3s", then=read, prints=parsed, files=files, edits=edits),
    ]


def redis(start: str, option: str) -> Recipe:
    """Return how Redis is started, and that it announces the service address."""
    ask = f"until redis-cli -h {SERVICE} ping; do sleep 0.1; done; redis-cli -h {SERVICE} config get {option}"
    within = "{block} --daemonize yes --protected-mode no --unixsocket /run/redis.sock"
    return Recipe(RECIPES, start, within=within, prepare="touch redis.conf", then=ask, prints=SERVICE, listens=True)


def on_ipv6(start: str) -> Recipe:
    """Return how a port is published on the public IPv6 address, and that nothing else has it."""
    listening, made = LISTENING.format(80), "docker tag redis nginx"
    return Recipe(RECIPES, start, prepare=made, then=f"echo $({listening})", prints=f"[{PUBLIC6}]:80", asks_public=True)


LISTENING = "ss -Hltn 'sport = :{}' | awk '{{ print $4 }}'"
TWO_HOSTS = [
    Recipe(README, "$ docker run", prints=SERVICE, edits={"$ docker": "docker", "\n10.176.225.205": ""}),
    Recipe(README, "racknet exec --strict", listens=True),
    Recipe(README, "ip=", listens=True),
    Recipe(
        README,
        "racknet exec docker compose",
        listens=True,
        within='{block}\necho "[$RACKNET_SERVICE_IPV4]"',
        prints=f"[{SERVICE}]",
        prepare=COMPOSE_FILE,
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
    Recipe(RECIPES, "racknet exec docker run -d -p '$RACKNET_SERVICE", listens=True),
    Recipe(RECIPES, "racknet exec docker compose", listens=True, prepare=COMPOSE_FILE),
    Recipe(
        RECIPES,
        "racknet exec docker swarm",
        then=f"echo $(docker info --format '{{{{.Swarm.NodeAddr}}}}') $({LISTENING.format(2377)})",
        prints=f"{SERVICE} {SERVICE}:2377",
    ),
    *node_ip("k3s"),
    *node_ip("rke2"),
    redis("racknet exec redis-server redis.conf --bind '$RACKNET_SERVICE_IPV4' --replica", "replica-announce-ip"),
    redis("racknet exec redis-server redis.conf --bind '$RACKNET_SERVICE_IPV4' --cluster", "cluster-announce-ip"),
    Recipe(
        RECIPES,
        "file=/etc/mysql",
        then=GALERA,
        prints=f"{SERVICE}:3306 {SERVICE}:4567",
        files={
            "/etc/mysql/mariadb.conf.d/70-galera.cnf": "[galera]\n"
            f"bind_address={SERVICE}\nwsrep_node_address={SERVICE}\n"
            f'wsrep_provider_options="gmcast.listen_addr=tcp://{SERVICE}:4567"\n'
        },
    ),
    Recipe(
        RECIPES,
        "racknet exec env",
        prepare=PATRONI,
        edits={"patroni patroni.yml": "patroni --validate-config patroni.yml"},
        then="! patroni --validate-config patroni.yml 2>&1",
        prints="postgresql.connect_address 0.0.0.0:5432 didn't pass validation: "
        'must not contain "127.0.0.1", "0.0.0.0", "*", "::1", "localhost"',
    ),
    Recipe(
        RECIPES,
        "racknet exec docker run -d --env-file",
        prepare="touch kafka.env; docker tag redis apache/kafka",
        then="docker exec $(docker ps -q) printenv KAFKA_ADVERTISED_LISTENERS; docker port $(docker ps -q)",
        prints=f"PLAINTEXT://{SERVICE}:9092",
    ),
    stand_in("elasticsearch", f"-E network.host={SERVICE} -E network.publish_host={SERVICE}"),
    stand_in("consul", f"agent -config-dir /etc/consul.d -bind {SERVICE} -advertise {SERVICE}"),
    stand_in("nomad", f"agent -config /etc/nomad.d -bind {SERVICE}"),
    # The head is this host itself: both lines run on it.
    Recipe(
        RECIPES,
        'export RACKNET_SERVICE_REACH="$HEAD"\nracknet exec ray',
        within=f"HEAD={SERVICE}; trap 'ray stop --force' EXIT\n{{block}}",
        then=RAY,
        prints=f"{SERVICE} {SERVICE}",
    ),
    stand_in(
        "torchrun",
        f"=eth1 --nnodes 2 --rdzv-backend c10d --rdzv-endpoint {SERVICE}:29400 --local-addr {SERVICE} train.py",
        start='export RACKNET_SERVICE_REACH="$HEAD"\nname=',
        within=f"HEAD={SERVICE}\n{{block}}",
    ),
    on_ipv6("racknet exec docker run -d -p '["),
    on_ipv6('host="$(racknet public'),
    Recipe(
        RECIPES, "(for", prepare=KEYS, files={"hosts": "".join(f"{SERVICE} {name}\n" for name in ("n1", "n2", "n10"))}
    ),
    Recipe(RECIPES, "ip=", listens=True),
    Recipe(RECIPES, "all=", prints=f"bind {SERVICE}"),
    Recipe(
        RECIPES,
        'ip="$(racknet service)" && dev',
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
    Recipe(RECIPES, 'host="$(racknet service', prints=f"{LINK_LOCAL}%eth1"),
    Recipe(
        "docs/reference.md",
        "racknet service --format",
        prints="ceph =eth1 config set mon public_network 10.208.0.0/17",
        # It stands in for a cluster of Ceph.
        prepare=STAND_IN.replace("TOOL", "ceph"),
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
    "test_release.py::test_verify": {"SECURITY.md": ["script/verify"]},
    "test_packages.py::test_signature": {"SECURITY.md": ["racknet namespaces", "ssh-keygen"]},
    "needs somebody's report; tests/unit/test_report.py makes rows of reports": {"CONTRIBUTING.md": ["script/venv"]},
    "test_ask_provider.py::test_each_provider": {"docs/clouds.md": ["$ racknet public --ask"]},
    "test_docs_commands.py::test_metadata_services": {"docs/clouds.md": ["curl", "oci"]},
    "test_swarm.py": {"docs/clusters.md": ["DOCKER_HOST"]},
    "test_swarm.py::test_image_missing": {"docs/clusters.md": ["docker save"]},
    "test_publish.py": {"docs/clusters.md": ["script/publish"], "docs/maintainers/publishing.md": [""]},
    "what racknet prints on a host that the page describes; tests/messages.txt has more": {
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
    "test_docs_commands.py::test_overlay": {RECIPES: ["docker run --rm --network"]},
    "a list of commands": {"docs/reference.md": ["racknet public  [ipv4|ipv6]"]},
    "test_examples.py::test_database": {
        RECIPES: ["docker port", "racknet cluster service ipv4", "docker run --rm redis", "redis-cli"]
    },
    "test_tools.py::test_ansible": {"examples/ansible/README.md": ["ansible-playbook"]},
    "needs a cluster; podman plays the job, a schema checks both files": {"examples/kubernetes/README.md": ["kubectl"]},
    "test_tools.py::test_systemd_watch": {"examples/systemd/README.md": ["cp racknet-watch@"]},
    "test_tools.py::test_kube_play": {"examples/kubernetes/README.md": ["sed"]},
}
ELSEWHERE = {(page, start): who for who, pages in RUN_BY.items() for page, starts in pages.items() for start in starts}
