"""Every code block of the pages for users is run by a test, or named here with the reason why it cannot be."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

import pytest
from support.pages import ROOT, block, blocks
from support.systemd_host import FAILING, SERVICE, SHELLS, booted_host, done, listens, run

PAGES = [
    *("docs/clouds.md", "docs/clusters.md", "docs/recipes.md", "docs/servicenet.md"),
    *sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("examples/*/README.md")),
]
NOT_RUN = {
    ("examples/kubernetes/README.md", "kubectl"): "needs a cluster; podman plays the job, a schema checks both files",
}
RECIPES = "docs/recipes.md"
LINK_LOCAL = "fe80::be76:4eff:fe20:b452"


@pytest.fixture(scope="module")
def host() -> Iterator[str]:
    """A Rackspace host that systemd has booted."""
    with booted_host() as container:
        yield container


def test_every_block_is_run() -> None:
    """Each code block of the pages is asked for by a test in this folder, or named with a reason."""
    sources = "".join(path.read_text() for path in (ROOT / "tests" / "image").glob("test_*.py"))
    constants = {"RECIPES": RECIPES}
    asked = re.findall(r"block\(([^,]+), [\"'](.+?)[\"'](?:, \d)?\)", sources)
    run_blocks = {(constants.get(page, page.strip('"')), start) for page, start in asked}
    for page in PAGES:
        for text in blocks(page):
            starts = [start for asked_page, start in run_blocks | set(NOT_RUN) if asked_page == page]
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
        went_on, stopped, *both = (
            run(host, f"{failing}{shell} -euc '{in_function(form)}'")
            for failing in (FAILING, "")
            for form in (loses, stops)
        )
        assert went_on.out.endswith("next line\n"), loses
        assert (stopped.out, stopped.status) == ("", 2), stops
        assert both[0].out == both[1].out, loses
        assert both[1].status == 0, stops


def in_function(form: str) -> str:
    """Return a script with a form in a function, where `local` may stand. The script is to be quoted by '…'."""
    return f"f() {{ {form}\necho next line; }}\nf"


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
