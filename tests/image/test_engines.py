"""Other engines than Docker: podman, containerd, OCI runtimes, systemd-nspawn, LXC, bubblewrap, unshare, chroot.

Each runs in a privileged container that is laid out as a Rackspace host. In the host's network it answers. In a network
of its own it refuses, with a hint. docs/engines.md has the table of those that answer.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from functools import cache

import pytest
from support import engine
from support.engine import refused
from support.engines import CASES, ENGINES, FLAGS, FLOOR, HOST_SCRIPT, KNOWN_REASONS, EngineCase, run, why_not
from support.pages import ROOT
from support.swarm_nodes import REDIS

pytestmark = pytest.mark.all
PAGE = ROOT / "docs" / "engines.md"
HINT = "hint: run it with --net=host (hostNetwork: true on Kubernetes), or "  # --in-container, or its variable
REDIS_EXAMPLE = "docker.io/racknet/redis-racknet"


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Rackspace host with all engines, and with racknet as a file, as an image, and as a tree."""
    archive = tmp_path_factory.mktemp("image") / "racknet.tar"
    engine.docker("save", "--output", str(archive), engine.IMAGE)
    archive.chmod(0o644)
    with engine.host_container(HOST_SCRIPT, ENGINES, FLAGS) as container, engine.executable() as path:
        for place in ("/racknet", "/tree/racknet"):
            engine.docker("cp", path, f"{container}:{place}")
        engine.docker("cp", str(archive), f"{container}:/racknet.tar")
        engine.docker("cp", f"{ROOT}/examples/kubernetes/.", f"{container}:/kubernetes")
        # The manifests name a registry that is to be set.
        named = "s:REGISTRY/racknet:racknet/ip:; s:REGISTRY/redis:racknet/redis:"
        prepare = f"cd /kubernetes; sed -i '{named}' *.yaml; for f in *.yaml; do sed /hostNetwork/d $f >own-$f; done"
        assert run(container, prepare).status == 0
        yield container


@pytest.fixture(scope="module")
def redis_example(host: str, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The image of examples/dockerfile, with Debian's Redis, in the host's podman."""
    tag = f"racknet/tests:engines-{worker_id}"
    folder = f"{ROOT}/examples/dockerfile"
    built_from = ["--build-arg", f"BASE={REDIS}", "--build-arg", f"RACKNET={engine.IMAGE}"]
    result = engine.build("docker", "build", "-q", "-t", tag, *built_from, folder)
    assert result.status == 0, result.err
    archive = tmp_path_factory.mktemp("example") / "redis.tar"
    engine.docker("save", "--output", str(archive), tag)
    engine.docker("cp", str(archive), f"{host}:/redis.tar")
    archive.unlink()
    loaded = run(host, f"podman load -qi /redis.tar && rm /redis.tar && podman tag {tag} {REDIS_EXAMPLE}")
    assert loaded.status == 0, loaded.err
    yield
    engine.command("docker", "rmi", tag)


def name_of(case: EngineCase) -> str:
    return f"{case.engine}: {case.ask}"


@pytest.mark.parametrize("case", CASES, ids=name_of)
def test_engine(host: str, case: EngineCase, request: pytest.FixtureRequest) -> None:
    """In the host's network racknet answers, in a network of its own it refuses; unless the kernel lacks a need."""
    if reason := why_not(host, case):
        assert KNOWN_REASONS.search(reason), reason  # `test_what_runs` counts it
        return
    if "daemonset" in case.ask:
        request.getfixturevalue("redis_example")
    for question in case.questions:
        result = run(host, case.commands, question, as_root=case.as_root)
        if case.answers:
            assert (result.out, result.status) == (f"{case.answers[question]}\n", 0), result
            assert "racknet:" not in result.err
        else:
            assert f"racknet: no {question} ipv4 address: this is a container's own network" in refused(result, 1)
            assert HINT in result.err


def test_what_runs(host: str, capfd: pytest.CaptureFixture[str]) -> None:
    """Enough engines run here. What cannot run is printed, with the reason."""
    reasons = {name_of(case): why_not(host, case) for case in CASES}
    running = {case.engine for case in CASES if not reasons[name_of(case)]}
    lines = [f"cannot run here: {name}: {reason}" for name, reason in reasons.items() if reason]
    summary = f"\nother engines: {len(CASES) - len(lines)} of {len(CASES)} cases run here"
    with capfd.disabled():
        print(summary, *lines, sep="\n", file=sys.stderr)
    for choice in FLOOR:
        assert choice & running, lines


def test_a_probe_says_why() -> None:
    """Where the kernel allows nothing, each probe fails with a reason that is known."""
    flags = ["--net=none", "--cap-drop=ALL", "--read-only", "--entrypoint=sleep"]
    with engine.started(ENGINES, "60", flags=flags) as container:
        for case in CASES:
            reason = why_not(container, case)
            assert KNOWN_REASONS.search(reason), reason


@cache
def versions() -> dict[str, str]:
    """Return the versions of the packages in ENGINES, without Debian's part."""
    show = ["dpkg-query", "-W", "-f", "${Package} ${source:Upstream-Version}\n", *sorted({c.package for c in CASES})]
    return dict(line.split() for line in engine.run(ENGINES, *show, flags=["--net=none"]).out.splitlines())


def rows(title: str) -> list[list[str]]:
    """Return the cells of the table of docs/engines.md under a heading, without the head."""
    section = PAGE.read_text().partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("| ")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines[1:]]


def how_to_ask(case: EngineCase) -> str:
    """Return the cell: the command as code, and what is said behind a comma in plain text."""
    command, comma, rest = case.ask.partition(", ")
    words = re.sub(r"(lxc\.[^,]+|medium: Memory|--network=host)", r"`\1`", rest)
    return f"`{command}`{comma}{words}"


def answer(case: EngineCase) -> str:
    return ", ".join(f"`{text}`" for text in case.answers.values())


def test_the_page() -> None:
    """docs/engines.md has the hint, and a row for each case that is answered, with the version and the answers."""
    assert HINT in PAGE.read_text()
    shown = rows("In the host's network")
    assert [(row[0], row[2], row[3]) for row in shown] == [
        (case.engine, how_to_ask(case), answer(case)) for case in CASES if case.answers
    ]
    packages = {case.engine: case.package for case in CASES}
    for name, version, *_ in shown:
        upstream = versions()[packages[name]]
        assert re.match(rf"{re.escape(version)}(\D|$)", upstream), f"{name} {upstream}"
