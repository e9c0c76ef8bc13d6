"""The workflows of the forge: their schema, an audit of what they may do, their blocks. Nothing here asks the forge."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import pytest
import yaml
from support import engine
from support.engine import CommandResult
from support.pages import ROOT
from support.registry import PASSWORD, USER, registry_on
from support.release import WORKFLOWS, Release, as_runner, attempt, clone, run, step

from racknet import __version__

PROGRAMS = Path(sys.executable).parent
SCHEMA = [str(PROGRAMS / "check-jsonschema"), "--builtin-schema", "vendor.github-workflows"]
AUDIT = [str(PROGRAMS / "zizmor"), "--offline", "--no-progress", "--config", str(WORKFLOWS.parent / "zizmor.yml")]


def test_schema() -> None:
    """The workflows have the keys and the shapes that the forge takes."""
    result = engine.command(*SCHEMA, *map(str, WORKFLOWS.iterdir()))
    assert result.status == 0, result.out + result.err


def test_audit() -> None:
    """What the forge runs has no more rights than it needs, keeps no credentials, and runs no text of others."""
    result = engine.command(*AUDIT, *map(str, WORKFLOWS.iterdir()))
    assert result.status == 0, result.out + result.err


@pytest.mark.parametrize(
    ("linter", "right", "wrong"),
    [
        (SCHEMA, "permissions: {}", "permisions: {}"),
        (SCHEMA, "runs-on:", "run-on:"),
        (AUDIT, '"$TOKEN"', '"${{ github.event.head_commit.message }}"'),
        (AUDIT, "persist-credentials: false", "fetch-depth: 1"),
        (AUDIT, "actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2", "actions/checkout@v4"),
    ],
)
def test_linters_find_faults(linter: list[str], right: str, wrong: str, tmp_path: Path) -> None:
    """The linters find a wrong key, a text of others in a script, kept credentials, and an action by its tag."""
    text = (WORKFLOWS / "publish.yaml").read_text()
    assert right in text
    path = tmp_path / "publish.yaml"
    path.write_text(text.replace(right, wrong))
    assert engine.command(*linter, str(path)).status != 0


# The `run:` blocks, by workflow, job and how they start: the test that runs it, or why none can.
GATE = "it runs all tests, and so this one; test_gate compares its words"
BLOCKS = {
    ("publish.yaml", "test", "script/test"): GATE,
    ("publish.yaml", "publish", "test "): "test_workflows.py::test_tag",
    ("publish.yaml", "publish", "script/release"): "test_release.py::test_table",
    ("publish.yaml", "publish", "docker login"): "test_workflows.py::test_publish",
    ("publish.yaml", "publish", "image="): "test_workflows.py::test_publish",
    ("test.yaml", "test", "script/test"): GATE,
    ("test.yaml", "all", "apt-get"): "test_workflows.py::test_nightly_container",
    ("test.yaml", "all", "git config"): "test_workflows.py::test_nightly_container",
    ("test.yaml", "all", "script/test --all"): GATE,
}


def test_every_block_is_run() -> None:
    """Each `run:` block of the workflows is run by a test that is there, or a reason is named."""
    used = []
    for path in WORKFLOWS.iterdir():
        for job, about in yaml.safe_load(path.read_text())["jobs"].items():
            for text in (each["run"] for each in about["steps"] if "run" in each):
                found = [key for key in BLOCKS if key[:2] == (path.name, job) and text.startswith(key[2])]
                assert len(found) == 1, f"{path.name}: no test runs\n{text}"
                used += found
    assert sorted(used) == sorted(BLOCKS)
    for who in BLOCKS.values():
        if file := re.match(r"(test_\w+\.py)::(\w+)$", who):
            assert f"def {file[2]}(" in (ROOT / "tests" / "image" / file[1]).read_text(), who


def test_gate() -> None:
    """The blocks that run all tests have the words of .ci/run, and of CONTRIBUTING.md."""
    gate = (ROOT / ".ci" / "run").read_text().splitlines()[-1]
    assert gate == 'exec "$(dirname "$0")/../script/test" --all'
    words = {step(workflow, job, start) for (workflow, job, start), who in BLOCKS.items() if who == GATE}
    assert words == {"script/test", "script/test --all"}
    assert all(re.search(f"^    {line}  ", (ROOT / "CONTRIBUTING.md").read_text(), re.MULTILINE) for line in words)


@pytest.mark.parametrize(
    ("tag", "status"), [(f"v{__version__}", 0), (__version__, 1), (f"v{__version__}.1", 1), ("v0.0.9", 1), ("main", 1)]
)
def test_tag(tag: str, status: int) -> None:
    """A tag that is not the version stops the publishing."""
    words = as_runner(step("publish.yaml", "publish", "test "))
    assert attempt(ROOT, *words, GITHUB_REF_NAME=tag) == CommandResult("", "", status)


PLAIN = '{GITHUB_REPOSITORY,,}" --plain-http'


@pytest.mark.alone
@pytest.mark.all
def test_publish(release: Release, tmp_path: Path) -> None:
    """The job logs in with the forge's token, publishes, and hands the name and the digest to the attestation.

    A registry with a password, on this machine and without a certificate, stands in for ghcr.io.
    """
    text = (WORKFLOWS / "publish.yaml").read_text()
    (publishing,) = [each for each in yaml.safe_load(text)["jobs"]["publish"]["steps"] if each.get("id") == "image"]
    login = step("publish.yaml", "publish", "docker login")
    output = tmp_path / "output"
    forge = {"HOME": str(tmp_path), "GITHUB_REPOSITORY": "Some/RackNet", "GITHUB_ACTOR": USER, "TOKEN": PASSWORD}
    forge["GITHUB_OUTPUT"] = str(output)
    with registry_on("bridge", has_password=True) as registry:

        def job(block: str) -> CommandResult:
            assert "ghcr.io" in block
            block = block.replace("ghcr.io", registry.local).replace('{GITHUB_REPOSITORY,,}"', PLAIN)
            return attempt(release.clone, *as_runner(block), **forge)

        assert job(publishing["run"]).status != 0  # without the password
        assert not output.exists()
        assert job(login).status == 0
        published = job(publishing["run"])
        assert published.status == 0, published.err
        written = dict(line.split("=", 1) for line in output.read_text().splitlines())
        assert written["name"] == f"{registry.local}/some/racknet"
        assert set(written) == set(re.findall(r"steps\.image\.outputs\.(\w+)", text))
        image = f"docker://{written['name']}@{written['digest']}"
        inspect = ["skopeo", "inspect", "--raw", "--tls-verify=false", f"--creds={USER}:{PASSWORD}", image]
        assert '"manifests"' in run(ROOT, *inspect)


@pytest.mark.alone
@pytest.mark.all
def test_nightly_container(tmp_path: Path) -> None:
    """In a container of Debian, the nightly job gets git, which then takes the clone of another user."""
    job = yaml.safe_load((WORKFLOWS / "test.yaml").read_text())["jobs"]["all"]
    assert job["container"]["image"] == "debian:trixie"
    place = clone(tmp_path / "racknet")
    os.chown(place, 1001, 1001)
    os.chown(place / ".git", 1001, 1001)
    install, trust = (step("test.yaml", "all", start) for start in ("apt-get", "git config"))
    script = f"({install}) >/dev/null 2>&1\ngit status --porcelain && exit 9\n{trust}\ngit status --porcelain"
    flags = ["--net=host", f"--volume={place}:/clone", "--workdir=/clone"]
    result = engine.run("debian:trixie-slim", "bash", "-ec", script, flags=flags, timeout=300)
    assert (result.out, result.status) == ("", 0), result.err
    assert "detected dubious ownership" in result.err
