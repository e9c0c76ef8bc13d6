"""Every code block of the pages is run, on a host that has the answers and on one that has none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
import yaml
from support import engine
from support.hosts import HOSTS
from support.layout import parse_layout
from support.metadata_server import TOKEN as SESSION
from support.pages import ROOT, block, blocks
from support.recipes import ELSEWHERE, LINK_LOCAL, PUBLIC6, RECIPES, TWO_HOSTS, Recipe
from support.swarm_nodes import wait_for
from support.systemd_host import (
    FAILING,
    PUBLIC,
    SERVICE,
    SHELLS,
    TOOLS,
    assert_listens,
    booted_host,
    done,
    listens,
    run,
    start_engine,
)

from racknet.core.clouds import PROVIDERS

PAGES = [
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "examples/*/README.md")
    for path in sorted(ROOT.glob(pattern))
]
CLOUDS = "docs/clouds.md"
NO_SERVICE = "nic eth0 104.130.0.127/24\nnic eth1\ndefault eth0 via 104.130.0.1\n"
WITH_ANSWERS = f"""
nic eth0 {PUBLIC}/24 {PUBLIC6}/64
nic eth1 {SERVICE}/17 {LINK_LOCAL}/64
default eth0 via 104.130.0.1
default eth0 via fe80::def
"""


@pytest.fixture(scope="module")
def answering() -> Iterator[str]:
    """A host with an engine, and with a public and a service address."""
    with booted_host(parse_layout(WITH_ANSWERS).script, TOOLS) as container:
        start_engine(container)
        yield container


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """A host with an engine, and with a public address or none. `PUBLIC_ALONE` and `NO_ADDRESS` change that."""
    with booted_host(parse_layout(NO_SERVICE).script, TOOLS) as container:
        start_engine(container)
        yield container


PUBLIC_ALONE = f"ip addr replace {PUBLIC}/24 dev eth0; ip route replace default via 104.130.0.1 dev eth0 onlink"
NO_ADDRESS = "ip addr flush dev eth0"
CLEAN = """set +e
systemctl stop redis-on-service; systemctl reset-failed
docker ps --all --quiet | xargs --no-run-if-empty docker rm --force
docker swarm leave --force
nft delete table inet racknet
redis-cli -s /run/redis.sock shutdown nosave
rm --recursive --force /run/here
cp --recursive /examples /run/here
"""
FINGERPRINT = """
find /run/here /run/public-ip /etc/rancher /etc/mysql -type f ! -name '*.new' -exec sha256sum {} + | sort
ss --no-header --listening --tcp --udp --numeric | awk '$5 !~ /:4789$/ { print $1, $5 }' | sort  # but a swarm's own
docker ps --quiet
"""


def prepare(container: str, recipe: Recipe) -> str:
    """Set a folder up for a block, with the files that a user has there. Return the script."""
    run(container, CLEAN)
    old = "".join(WRITE.format(name, text if name in KEPT else "old") for name, text in recipe.files.items())
    done(container, f"export DOCKER_BUILDKIT=0\n{old}{recipe.prepare}", f"/run/here/{recipe.folder}")
    text = block(recipe.page, recipe.start)
    for written, edited in recipe.edits.items():
        assert written in text
        text = text.replace(written, edited)
    return "export DOCKER_BUILDKIT=0\n" + recipe.within.replace("{block}", text)


WRITE = "mkdir -p $(dirname {0}); printf %s '{1}' >{0}\n"
KEPT = (".env", "racknet.env")  # a user's own, and one that racknet has written before
# With two engines of their own, which not every worker shall start.
on_two_hosts = pytest.mark.parametrize("recipe", TWO_HOSTS, ids=lambda recipe: f"{recipe.page}: {recipe.start}")


@pytest.mark.alone
@on_two_hosts
def test_with_the_answers(answering: str, recipe: Recipe) -> None:
    """On a host with the answers, a block does what its page says, and leaves other files alone."""
    script = prepare(answering, recipe)
    if recipe.stays:
        script = script.replace("docker run ", "docker run --detach ")
    folder = f"/run/here/{recipe.folder}"
    printed = done(answering, f"{script}\n{recipe.then}", folder)
    assert recipe.prints in [line.strip() for line in ["", *printed.splitlines()]]
    for name, text in recipe.files.items():
        assert done(answering, f"cat {name}", folder) == text, name
    if recipe.listens:
        assert_listens(answering)


@pytest.mark.alone
@on_two_hosts
def test_without_an_answer(silent: str, recipe: Recipe) -> None:
    """On a host without an answer, a block fails, nothing listens, and no file changes, also where it is pasted."""
    runs = [(NO_ADDRESS, "set -eu"), (NO_ADDRESS, "set +eu")]
    if not recipe.asks_public:  # then a public address alone does most harm
        runs = [(PUBLIC_ALONE, "set -eu"), (PUBLIC_ALONE, "set +eu"), (NO_ADDRESS, "set +eu")]
    for state, how in runs:
        done(silent, state)
        script = prepare(silent, recipe).replace("timeout 60", "timeout 3")
        before = run(silent, FINGERPRINT).out
        result = run(silent, f"{how}\n{script}", f"/run/here/{recipe.folder}")
        assert run(silent, FINGERPRINT).out == before, result
        assert result.status != 0 or how == "set +eu", result
        assert not re.search("^bind ", result.out, re.MULTILINE), result


@pytest.mark.alone
def test_overlay(answering: str) -> None:
    """docs/recipes.md: a container's answer is its address in the overlay network; without this network, none."""
    run(answering, CLEAN)
    done(answering, "docker swarm init --advertise-addr 127.0.0.1")
    done(answering, "docker network create --driver overlay --attachable --subnet 10.0.9.0/24 overlay")
    asked = block(RECIPES, "docker run --rm --network")
    assert done(answering, asked).startswith("10.0.9.")
    by_variables = "docker run --rm --network overlay -e RACKNET_IN_CONTAINER=1 -e RACKNET_SERVICE_CIDR=10.0.9.0/24"
    assert done(answering, f"{by_variables} racknet/ip service").startswith("10.0.9.")
    elsewhere = run(answering, asked.replace("--network overlay", "--network bridge"))
    assert (elsewhere.out, elsewhere.status) == ("", 1)


@pytest.mark.alone
def test_compose(answering: str) -> None:
    """examples/compose: the neighbour reaches Redis. Each command names both files, and without them it stops."""
    run(answering, CLEAN)
    folder = "/run/here/compose"
    start = block("examples/compose/README.md", "docker run")
    done(answering, f"export DOCKER_BUILDKIT=0; echo EXTRA=1 >.env\n{start}", folder)
    exited = "docker ps --all --filter name=neighbour --format '{{.Status}}'"
    wait_for(lambda: done(answering, exited).startswith("Exited (0)"), "the neighbour's ping")
    show, stop = block("examples/compose/README.md", "docker compose").splitlines()
    assert "compose-redis-1" in done(answering, show, folder)
    done(answering, f"{stop} --timeout 1", folder)
    assert done(answering, "docker ps --all --quiet") == ""
    assert "there is none" in run(answering, "docker compose config", folder).err


@pytest.mark.alone
def test_workflow(answering: str) -> None:
    """examples/workflow: the steps run as a runner runs them, and stop where racknet has no service address."""
    run(answering, CLEAN)
    workflow = yaml.safe_load((ROOT / "examples" / "workflow" / "addresses.yaml").read_text())
    assert workflow["env"]["IMAGE"].startswith("REGISTRY/")  # no image, until it is set
    first, *others = (step["run"] for step in workflow["jobs"]["redis"]["steps"])
    ask = f"cd /run/here; export GITHUB_ENV=variables IMAGE=racknet/ip\n{first}"
    done(answering, ask)
    steps = "\n".join(others)
    assert done(answering, f"set -a; . /run/here/variables; rm /run/here/variables\n{steps}").endswith("PONG\n")
    for wrong, why in (
        (ask.replace("--net=host", "--net=host --env RACKNET_SERVICE_CIDR=10.0.0.0/32"), "no service ipv4 address"),
        (ask.replace("IMAGE=racknet/ip", f"IMAGE={workflow['env']['IMAGE']}"), "invalid reference format"),
    ):
        assert why in run(answering, wrong).err
        assert run(answering, "cat /run/here/variables").status != 0


def test_every_block_is_run() -> None:
    """Each code block of the pages is run on both hosts, or a test that is there is named, or a reason."""
    known = {(recipe.page, recipe.start) for recipe in TWO_HOSTS} | set(ELSEWHERE)
    used = set()
    for page in PAGES:
        for text in blocks(page):
            found = {(of, start) for of, start in known if of == page and text.startswith(start)}
            assert found, f"{page}: no test runs\n{text}"
            used |= found
    assert used == known
    for who in ELSEWHERE.values():
        if file := re.match(r"(test_\w+\.py)(?:::(\w+))?$", who):
            text = (ROOT / "tests" / "image" / file[1]).read_text()
            assert f"def {file[2] or 'test_'}" in text, who


NEIGHBOURS = """
for name in neighbour peer; do ip netns add $name; ip -n $name link set lo up; done
ip -n wire link set w2 netns neighbour; ip -n neighbour link set w2 up
ip -n wire link set w3 netns peer; ip -n peer link set w3 up
ip -n neighbour addr add 104.130.0.9/24 dev w2; ip -n neighbour route add 10.208.0.0/17 via 104.130.0.127
ip -n peer addr add 10.208.1.9/17 dev w3
"""
APART = """
ip -n neighbour link set w2 netns wire; ip -n wire link set w2 up; ip netns delete neighbour
ip -n peer link set w3 netns wire; ip -n wire link set w3 up; ip netns delete peer
"""
BY = {"neighbour": "ip netns exec neighbour ", "peer": "ip netns exec peer ", "itself": ""}
BY["container"] = "docker run --rm redis "


def reaching(container: str) -> list[str]:
    """Return who reaches both servers. That one of them reaches one alone is an error."""
    asked = {
        who: {run(container, f"{by}timeout 2 redis-cli -h {SERVICE} -p {port} ping").out for port in (6379, 6380)}
        for who, by in BY.items()
    }
    assert all(len(answers) == 1 for answers in asked.values()), asked
    return [who for who, answers in asked.items() if "PONG\n" in answers]


@pytest.mark.alone
def test_wall(answering: str) -> None:
    """docs/recipes.md: a neighbour on the public segment reaches the service address, and no more with one rule."""
    run(answering, CLEAN)
    done(answering, NEIGHBOURS)
    try:
        done(answering, f"docker run --detach --name published --publish {SERVICE}:6379:6379 redis")
        server = f"redis-server --bind {SERVICE} --port 6380 --protected-mode no"
        done(answering, f"docker run --detach --name bound --net=host redis {server}")
        wait_for(lambda: reaching(answering) == [*BY], "all reach Redis")
        for rp_filter in (0, 1, 2):
            of = "net.ipv4.conf.{}.rp_filter={}"
            done(answering, f"sysctl -qw {of.format('all', rp_filter)} {of.format('eth0', rp_filter)}")
            assert reaching(answering) == [*BY]
        done(answering, block(RECIPES, 'ip="$(racknet service)" && dev'))
        assert reaching(answering) == ["peer", "itself", "container"]
        done(answering, "nft delete table inet racknet")
        assert reaching(answering) == [*BY]
    finally:
        run(answering, CLEAN + APART)


@pytest.mark.alone
def test_terminal(answering: str) -> None:
    """With `-t`, Docker ends the answer with a carriage return, as the pages say where people copy."""
    asked = 'ip="$(docker run --rm{} --net=host racknet/ip service)"; printf %s "$ip" | od -An -c'
    assert done(answering, asked.format("")).split()[-1] == "5"
    assert done(answering, asked.format(" -t")).split()[-1] == r"\r"
    for page in ("README.md", RECIPES, *(f"examples/{name}/README.md" for name in ("compose", "cron", "shell"))):
        text = re.sub(r"\s+", " ", (ROOT / page).read_text())
        assert ("`-t`" in text, "carriage return" in text) == (True, True), page


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
def test_forms(booted: str, shell: str) -> None:
    """docs/recipes.md: one form of the table loses a failure, the other stops; with an answer, both do the same."""
    assert len(forms()) == 7
    for loses, stops in forms():
        went_on, stopped = outcomes(booted, f"{FAILING}{shell}", loses, stops)
        assert went_on[0].endswith("next line\n"), loses
        assert stopped == ("", "2"), stops
        same, right = outcomes(booted, shell, loses, stops)
        assert same == right, loses
        assert right[0].endswith("next line\n"), stops


def outcomes(booted: str, shell: str, *scripts: str) -> list[tuple[str, str]]:
    """Run scripts by a shell with `set -eu`, in a function, where `local` may stand. Return their output and status."""
    functions = [f"f() {{ {script}\necho next line; }}\nf" for script in scripts]
    each = "".join(f"s=0; ({shell} -euc '{function}') || s=$?; echo status $s\n" for function in functions)
    return re.findall(r"(.*?)status (\d+)\n", run(booted, each).out, re.DOTALL)


def test_restart(booted: str) -> None:
    """docs/recipes.md: a unit restarts only where the address has changed."""
    folder = done(booted, f"cd $(mktemp -d); echo {SERVICE} >address; pwd").strip()
    done(booted, "cp /examples/systemd/redis-on-service.service /run/systemd/system; systemctl daemon-reload")
    asked = "set -x\n" + block(RECIPES, "racknet service >address.new && if")
    assert "try-restart" not in run(booted, asked, folder).err
    assert "try-restart" in run(booted, f"echo 10.208.1.4 >address; {asked}", folder).err
    assert done(booted, "cat address; ls", folder) == f"{SERVICE}\naddress\n"


ANSWERS = [
    {"node": "n1", "id": "a", "address": "10.176.224.2", "error": None},
    {"node": "n2", "id": "b", "address": None, "error": "down"},
    {"node": "n10", "id": "c", "address": "10.176.224.4", "error": None},
]


def test_files_of_nodes(booted: str) -> None:
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
            assert run(booted, f"{setting}\n{script}", stdin=printed).out == left


def test_link_local(booted: str) -> None:
    """docs/recipes.md: Redis cannot bind a link-local address without its zone, and can with it."""
    zoned = done(booted, block(RECIPES, 'host="$(racknet service')).strip()
    assert zoned == f"{LINK_LOCAL}%eth1"
    start = "timeout 20 redis-server --save '' --protected-mode no --bind"
    refused = run(booted, f"{start} {LINK_LOCAL}")
    assert refused.status == 1
    assert "Failed listening" in refused.out
    assert run(booted, f"{start} {zoned} --daemonize yes").status == 0
    try:
        assert listens(booted, zoned)
    finally:
        run(booted, f"redis-cli -h {zoned} shutdown nosave")


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


EC2, TOKEN = "/latest/meta-data/public-ipv4", "/latest/api/token X-aws-ec2-metadata-token-ttl-seconds: 60"
GOOGLE = "/computeMetadata/v1/instance/network-interfaces/0/access-configs/0/external-ip Metadata-Flavor: Google"
PRINTED = re.compile(r"(PUBLIC_IP_ADDRESS=)?203\.0\.113\.9\n?|ocid1\.instance\.oc1\.\.example\n")
# How a block starts, and what its provider wants to be asked.
METADATA = {
    'curl -sfH "X-aws': [
        f"PUT 169.254.169.254 {TOKEN}",
        f"GET 169.254.169.254 {EC2} X-aws-ec2-metadata-token: {SESSION}",
    ],
    "curl -sfH Metadata-Flavor": [f"GET 169.254.169.254 {GOOGLE}"],
    "curl -sfH Metadata:true": ["GET 169.254.169.254 /metadata/loadbalancer?api-version=2020-10-01 Metadata: true"],
    "curl -sf http://100": ["GET 100.100.100.200 /latest/meta-data/eipv4"],
    "curl -sf http://metadata": [f"GET metadata.tencentyun.com {EC2}"],
    "curl -sf http://169.254.169.254": [f"GET 169.254.169.254 {EC2}"],
    "curl -sf http://169.254.42.42": ["GET 169.254.42.42 /conf"],
    "oci": ["GET 169.254.169.254 /opc/v2/instance/id Authorization: Bearer Oracle"],
}


def test_metadata_services(booted: str) -> None:
    """docs/clouds.md: each command asks what the provider's documentation wants to be asked, with its headers."""
    source = (ROOT / "tests" / "support" / "metadata_server.py").read_text()
    addresses = "for a in 169.254.169.254 169.254.42.42 100.100.100.200; do ip addr {} $a dev lo; done"
    with engine.started(engine.PACKAGE, "-c", source, flags=[f"--net=container:{booted}"]) as server:
        done(booted, addresses.format("add"))
        done(booted, "echo 169.254.169.254 metadata.tencentyun.com >>/etc/hosts")
        wait_for(lambda: run(booted, "curl -s http://169.254.169.254/ready").status == 0, "the metadata service")
        for start in METADATA:
            # Oracle's own command is in no package here; it prints its last word.
            printed = done(booted, f"oci() {{ echo ${{!#}}; }}; {block(CLOUDS, start)}")
            assert '203.0.113.9"' in printed if printed[0] == "{" else PRINTED.fullmatch(printed), start
        asked = engine.docker("logs", server).splitlines()[1:]
        assert asked == [line for lines in METADATA.values() for line in lines]
        run(booted, addresses.format("del"))


DOCTESTS = """
import doctest, sys
test = doctest.DocTestParser().get_doctest(sys.argv[1], {}, "docs/python.md", "docs/python.md", 0)
runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS)
runner.run(test)
print(*runner.summarize(verbose=False))
"""


def test_doctests(host: str) -> None:
    """docs/python.md: each example prints what the page says."""
    page = (ROOT / "docs" / "python.md").read_text()
    result = engine.command("docker", "exec", host, "python3.13", "-c", DOCTESTS, page)
    count = page.count("\n    >>> ")
    assert count > 10
    assert (result.out, result.err, result.status) == (f"0 {count}\n", "", 0)
