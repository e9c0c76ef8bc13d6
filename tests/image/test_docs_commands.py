"""Every code block of the pages is run, on a host that has the answers and on one that has none."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from support import engine
from support.hosts import HOSTS
from support.layout import parse_layout
from support.pages import ROOT, block, blocks
from support.recipes import ELSEWHERE, LINK_LOCAL, RECIPES, TWO_HOSTS, Recipe
from support.swarm_nodes import wait_for
from support.systemd_host import FAILING, PUBLIC, SERVICE, SHELLS, booted_host, done, listens, run, start_engine

from racknet.core.cloud_hints import PROVIDERS

PAGES = [
    str(path.relative_to(ROOT))
    for pattern in ("*.md", "docs/**/*.md", "examples/*/README.md")
    for path in sorted(ROOT.glob(pattern))
]
CLOUDS = "docs/clouds.md"
NO_SERVICE = "nic eth0 104.130.0.127/24\nnic eth1\ndefault eth0 via 104.130.0.1\n"
WITH_ANSWERS = NO_SERVICE.replace("eth1", f"eth1 {SERVICE}/17 {LINK_LOCAL}/64")


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host that systemd has booted."""
    with booted_host() as container:
        yield container


@pytest.fixture(scope="module")
def answering() -> Iterator[str]:
    """A host with an engine, and with a public and a service address."""
    with booted_host(parse_layout(WITH_ANSWERS).script) as container:
        start_engine(container)
        yield container


@pytest.fixture(scope="module")
def silent() -> Iterator[str]:
    """A host with an engine, and with a public address or none. `PUBLIC_ALONE` and `NO_ADDRESS` change that."""
    with booted_host(parse_layout(NO_SERVICE).script) as container:
        start_engine(container)
        yield container


PUBLIC_ALONE = f"ip addr replace {PUBLIC}/24 dev eth0; ip route replace default via 104.130.0.1 dev eth0 onlink"
NO_ADDRESS = "ip addr flush dev eth0"
CLEAN = """set +e
systemctl stop redis-on-service; systemctl reset-failed
docker ps --all --quiet | xargs --no-run-if-empty docker rm --force
docker swarm leave --force
nft delete table inet racknet
rm --recursive --force /run/here
cp --recursive /examples /run/here
"""
FINGERPRINT = """
find /run/here /run/public-ip -type f ! -name '*.new' -exec sha256sum {} + | sort
ss --no-header --listening --tcp --udp --numeric | awk '$5 !~ /:4789$/ { print $1, $5 }' | sort  # but a swarm's own
docker ps --quiet
"""


def name_of(recipe: Recipe) -> str:
    return f"{recipe.page}: {recipe.start}"


def prepare(container: str, recipe: Recipe) -> str:
    """Set a folder up for a block, with the files that a user has there. Return the script."""
    run(container, CLEAN)
    old = "".join(f"printf '%s' '{text if name in KEPT else 'old'}' >{name}\n" for name, text in recipe.files.items())
    done(container, f"export DOCKER_BUILDKIT=0\n{old}{recipe.prepare}", f"/run/here/{recipe.folder}")
    text = block(recipe.page, recipe.start)
    for written, edited in recipe.edits.items():
        assert written in text
        text = text.replace(written, edited)
    return "export DOCKER_BUILDKIT=0\n" + recipe.within.replace("{block}", text)


KEPT = (".env", "racknet.env")  # a user's own, and one that racknet has written before


@pytest.mark.alone  # with two engines of their own, which not every worker shall start
@pytest.mark.parametrize("recipe", TWO_HOSTS, ids=name_of)
def test_with_the_answers(answering: str, recipe: Recipe) -> None:
    """On a host with the answers, a block does what its page says, and leaves other files alone."""
    script = prepare(answering, recipe)
    if recipe.stays:
        script = script.replace("docker run ", "docker run --detach ")
    folder = f"/run/here/{recipe.folder}"
    assert recipe.prints in [
        line.strip() for line in ["", *done(answering, f"{script}\n{recipe.then}", folder).splitlines()]
    ]
    for name, text in recipe.files.items():
        assert done(answering, f"cat {name}", folder) == text, name
    if recipe.listens:
        wait_for(lambda: listens(answering, SERVICE), "Redis")
        assert "Connection refused" in run(answering, f"redis-cli -h {PUBLIC} ping").err


@pytest.mark.alone  # with two engines of their own, which not every worker shall start
@pytest.mark.parametrize("recipe", TWO_HOSTS, ids=name_of)
def test_without_an_answer(silent: str, recipe: Recipe) -> None:
    """On a host without an answer, a block fails, nothing listens, and no file changes, also where it is pasted."""
    for state in (NO_ADDRESS,) if recipe.asks_public else (PUBLIC_ALONE, NO_ADDRESS):
        done(silent, state)
        for how in ("set -eu", "set +eu"):
            script = prepare(silent, recipe).replace("timeout 60", "timeout 3")
            before = run(silent, FINGERPRINT).out
            result = run(silent, f"{how}\n{script}", f"/run/here/{recipe.folder}")
            assert run(silent, FINGERPRINT).out == before, result
            assert result.status != 0 or how == "set +eu", result


def test_every_block_is_run() -> None:
    """Each code block of the pages is run on both hosts, or somebody is named who runs it, or a reason."""
    known = {(recipe.page, recipe.start) for recipe in TWO_HOSTS} | set(ELSEWHERE)
    used = set()
    for page in PAGES:
        for text in blocks(page):
            found = {(of, start) for of, start in known if of == page and text.startswith(start)}
            assert found, f"{page}: no test runs\n{text}"
            used |= found
    assert used == known


def test_who_else_runs_a_block() -> None:
    """The tests that the table names are there."""
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


@pytest.mark.alone
def test_wall(answering: str) -> None:
    """docs/recipes.md: a neighbour on the public segment reaches the service address, and no more with one rule."""
    run(answering, CLEAN)
    done(answering, NEIGHBOURS)
    try:
        done(answering, "docker run --detach --name published --publish 10.208.1.5:6379:6379 redis")
        server = "redis-server --bind 10.208.1.5 --port 6380 --protected-mode no"
        done(answering, f"docker run --detach --name bound --net=host redis {server}")
        by = {
            "neighbour": "ip netns exec neighbour ",
            "peer": "ip netns exec peer ",
            "itself": "",
            "container": "docker run --rm redis ",
        }

        def reaching() -> list[str]:
            """Return who reaches both servers. That each of them reaches one alone is an error."""
            asked = {
                who: [f"{way}timeout 2 redis-cli -h {SERVICE} -p {port} ping" for port in (6379, 6380)]
                for who, way in by.items()
            }
            answers = {who: {run(answering, one).out for one in both} for who, both in asked.items()}
            assert all(len(both) == 1 for both in answers.values()), answers
            return [who for who, both in answers.items() if "PONG\n" in both]

        wait_for(lambda: reaching() == [*by], "all reach Redis")
        for rp_filter in (0, 1, 2):
            done(
                answering,
                f"sysctl -qw net.ipv4.conf.all.rp_filter={rp_filter} net.ipv4.conf.eth0.rp_filter={rp_filter}",
            )
            assert reaching() == [*by]
        done(answering, block(RECIPES, 'ip="$(racknet service)" && nft'))
        assert reaching() == ["peer", "itself", "container"]
        done(answering, "nft delete table inet racknet")
        assert reaching() == [*by]
    finally:
        run(answering, CLEAN + APART)


@pytest.mark.alone
def test_terminal(answering: str) -> None:
    """With `-t`, Docker ends the answer with a carriage return, as the pages say where people copy."""
    asked = 'ip="$(docker run --rm{} --net=host racknet/ip service)"; printf %s "$ip" | od -An -c'
    assert done(answering, asked.format("")).split()[-1] == "5"
    assert done(answering, asked.format(" -t")).split()[-1] == r"\r"
    for page in ("README.md", RECIPES, *(f"examples/{name}/README.md" for name in ("compose", "cron", "shell"))):
        text = (ROOT / page).read_text()
        assert "`-t`" in text, page
        assert "carriage return" in re.sub(r"\s+", " ", text), page


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
    assert done(host, asked) == f"bind {SERVICE}\n"
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
