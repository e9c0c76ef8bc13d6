"""script/publish, to a real registry; and `racknet cluster` with images that the nodes have from there, or have not."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from architectures import ARCHITECTURES, BY_NAME
from support import engine
from support.engine import CommandResult, refused
from support.hosts import HOSTS
from support.pages import ROOT, block
from support.registry import PASSWORD, USER, Registry, registry_on
from support.release import Release, clone, run
from support.swarm_nodes import Swarm, cluster, lines

from racknet import __version__

PAGE = "docs/maintainers/publishing.md"
pytestmark = [pytest.mark.alone, pytest.mark.all]


def copy(source: str, target: str, *flags: str) -> None:
    """Copy an image from a registry to another."""
    skopeo = ["skopeo", "copy", "--quiet", "--insecure-policy", "--src-tls-verify=false", "--dest-tls-verify=false"]
    run(ROOT, *skopeo, *flags, f"docker://{source}", f"docker://{target}")


def publish(folder: Path, name: str, **environ: str) -> CommandResult:
    return engine.build("script/publish", name, "--plain-http", cwd=folder, env={**os.environ, **environ})


@pytest.fixture(scope="module")
def registry(swarm_of_three: Swarm) -> Iterator[Registry]:
    """A registry that the nodes reach."""
    with registry_on(swarm_of_three.public_net) as registry:
        yield registry


@pytest.fixture(scope="module")
def released(release: Release) -> Path:
    """A clone of the project with its release in dist/."""
    return release.clone


@pytest.fixture(scope="module")
def digest(registry: Registry, released: Path) -> str:
    """The digest of what was published as some/racknet."""
    name = f"{registry.local}/some/racknet"
    line = block(PAGE, "script/publish").replace("REGISTRY/NAME", name)
    result = engine.build("bash", "-euc", f"{line} --plain-http", cwd=released)
    assert result.status == 0, result.err
    assert result.out.startswith(f"{name}@sha256:")
    assert result.out.count("\n") == 1
    return result.out.strip().partition("@")[2]


def test_twice(digest: str, registry: Registry, tmp_path: Path) -> None:
    """Publishing one commit again, from another clone without a release, makes one, and gives the same digest."""
    again = clone(tmp_path / "elsewhere")
    result = publish(again, f"{registry.local}/some/racknet")
    assert result.out.endswith(f"@{digest}\n"), result.err
    assert "script/publish: making a release of this commit\n" in result.err


def test_pull(digest: str, registry: Registry, tmp_path: Path) -> None:
    """The image comes by the version, by `latest` and by digest, for each architecture, and answers."""
    name, answer = f"{registry.local}/some/racknet", CommandResult("10.208.1.5\n", "", 0)
    with engine.host_container(HOSTS["rackspace"].layout.script) as host:
        for tag in (f":{__version__}", ":latest", f"@{digest}"):
            line = block(PAGE, "docker run").replace("REGISTRY/NAME@sha256:…", f"{name}{tag}")
            line = line.replace("--net=host", f"--net=container:{host} --label={engine.LABEL} --pull=always --quiet")
            assert engine.command("bash", "-c", line) == answer
            assert engine.command("docker", "rmi", f"{name}{tag}").status == 0
        for architecture in ARCHITECTURES:
            create = ["create", "--label", engine.LABEL, f"--platform=linux/{architecture.platform}", "--quiet"]
            container = engine.docker(*create, f"{name}@{digest}").strip()
            try:
                engine.docker("cp", f"{container}:/racknet", str(tmp_path))
            finally:
                engine.docker("rm", container)
                engine.docker("rmi", f"{name}@{digest}")
            flags = [f"--net=container:{host}", f"--volume={tmp_path}:/pulled:ro"]
            words = [f"qemu-{architecture.emulator}", "/pulled/racknet", "service"]
            assert engine.run("racknet/tests:qemu", *words, flags=flags) == answer


def test_provenance(digest: str, registry: Registry, released: Path) -> None:
    """docs/maintainers/publishing.md: buildx shows the provenance, which names the commit."""
    line = block(PAGE, "docker buildx imagetools")
    shown = run(ROOT, "bash", "-c", line.replace("REGISTRY/NAME@sha256:…", f"{registry.local}/some/racknet@{digest}"))
    commit = run(released, "git", "rev-parse", "HEAD").strip()
    by_platform = json.loads(shown)
    assert set(by_platform) == {f"linux/{architecture.platform}" for architecture in ARCHITECTURES}
    for each in by_platform.values():
        source = {"name": "racknet", "digest": {"gitCommit": commit}}
        assert each["SLSA"]["buildDefinition"]["resolvedDependencies"] == [source]


def test_bills_of_materials(digest: str, registry: Registry, released: Path, tmp_path: Path) -> None:
    """docs/maintainers/publishing.md: skopeo and jq show all bills of materials, those of the release."""
    lines = block(PAGE, "image=").replace("REGISTRY", f"{registry.local}").replace("NAME", "some/racknet")
    for words, flag in (("skopeo inspect", "--tls-verify=false"), ("skopeo copy", "--src-tls-verify=false")):
        assert words in lines
        lines = lines.replace(words, f"{words} {flag}")
    engine.write_script(tmp_path / "jq", f'exec docker run --rm -i {engine.HOST} jq "$@"')
    shown = run(tmp_path, "bash", "-euc", lines, PATH=f"{tmp_path}:{os.environ['PATH']}")
    decoder, bills = json.JSONDecoder(), []
    while shown := shown.strip():
        bill, end = decoder.raw_decode(shown)
        bills.append(bill)
        shown = shown[end:]
    released_bills = [json.loads((released / f"dist/racknet-linux-{a}.cdx.json").read_text()) for a in BY_NAME]
    assert bills == released_bills


def test_another_commit(digest: str, registry: Registry, released: Path) -> None:
    """A version is published once: another commit under its tag is an error, and the tag stays."""
    name = f"{registry.local}/other/racknet"
    copy(f"{registry.local}/some/racknet:latest", f"{name}:{__version__}")
    assert f"{name}:{__version__} is there already, and is another: sha256:" in refused(publish(released, name), 1)


def test_uncommitted(released: Path) -> None:
    """What is in no commit is not published; a name with a tag is none."""
    (released / "new").touch()
    try:
        result = publish(released, "r.example/racknet")
    finally:
        (released / "new").unlink()
    assert refused(result, 1).startswith("script/publish: there are changes that no commit has\nhint: ")
    for name in ("racknet", "r.example/racknet:1", ""):
        result = publish(released, name)
        assert refused(result, 2).startswith(f"script/publish: '{name}' is not REGISTRY/NAME\nhint: ")


def service(swarm: Swarm, image: str, **environ: str) -> CommandResult:
    """Ask for the nodes' service addresses with an image."""
    return cluster(swarm.nodes[0], "service", "--image", image, **environ)


def test_nodes_pull(digest: str, registry: Registry, swarm_of_three: Swarm) -> None:
    """Nodes without the image pull it by its digest, as given or as the manager resolves the tag; and once."""
    name = f"{registry.address}/some/racknet"
    expected = CommandResult(lines(*swarm_of_three.nodes), "", 0)
    variables = {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    variables["DOCKER_HOST"] = swarm_of_three.nodes[0].docker_host
    first, second = block(PAGE, "racknet cluster"), block("docs/clusters.md", "script/publish").splitlines()[1]
    for shown, written in (first, "REGISTRY/NAME"), (second, "registry.example/racknet"):
        line = shown.replace(f"{written}@sha256:…", f"{name}@{digest}")
        assert engine.command("bash", "-c", line, environ=variables) == expected
    pulled = registry.requests("some/racknet")
    assert service(swarm_of_three, f"{name}:latest") == expected  # the manager asks what the tag is
    for image in (f"{name}:latest", f"{name}@{digest}"):
        asked = registry.requests("some/racknet")
        assert service(swarm_of_three, image) == expected
        assert registry.requests("some/racknet") == asked
    assert pulled
    for node in swarm_of_three.nodes[1:]:
        assert node.docker("image", "ls", "--digests", "--format", "{{.Tag}} {{.Digest}}", name) == f"<none> {digest}\n"


def test_password(digest: str, registry: Registry, swarm_of_three: Swarm, tmp_path: Path) -> None:
    """The credentials of `docker login` go to the nodes; without them, the error says what the registry said."""
    with registry_on(swarm_of_three.public_net, has_password=True) as closed:
        name = f"{closed.address}/closed/racknet@{digest}"
        flags = ["--all", f"--dest-creds={USER}:{PASSWORD}"]
        copy(f"{registry.local}/some/racknet:latest", f"{closed.local}/closed/racknet:latest", *flags)
        environ = {"DOCKER_CONFIG": str(tmp_path)}
        assert "no basic auth credentials" in refused(service(swarm_of_three, name, **environ), 3)
        login = ["--config", str(tmp_path), "login", "--username", USER, "--password-stdin", closed.address]
        swarm_of_three.nodes[0].docker(*login, stdin=PASSWORD)
        assert service(swarm_of_three, name, **environ) == CommandResult(lines(*swarm_of_three.nodes), "", 0)


def test_false_image(registry: Registry, swarm_of_three: Swarm) -> None:
    """A registry's false image under a tag of the nodes' own is never asked for, and never run."""
    pushed, name = (f"{place}/false/racknet:1" for place in (registry.local, registry.address))
    dockerfile = f'FROM {engine.VERSIONED}\nENTRYPOINT ["/racknet", "--version"]\n'
    assert engine.build("docker", "build", "-q", "-t", pushed, "-", stdin=dockerfile).status == 0
    try:
        engine.docker("push", "--quiet", pushed)
    finally:
        engine.docker("rmi", pushed)
    n1, *others = swarm_of_three.nodes
    for node in swarm_of_three.nodes:
        node.docker("tag", engine.VERSIONED, name)
    asked = registry.requests("false/racknet")
    try:
        assert service(swarm_of_three, name) == CommandResult(lines(*swarm_of_three.nodes), "", 0)
        assert registry.requests("false/racknet") == asked
        n1.docker("rmi", name)  # a manager without it gets the registry's, and so do the nodes then, not by their tag
        assert refused(service(swarm_of_three, name), 1).count(f"printed no answer: 'racknet {__version__}'") == 3
        idents = {node.docker("image", "inspect", "-f", "{{.Id}}", name, engine.VERSIONED) for node in others}
        assert all(len(set(ident.split())) == 1 for ident in idents)
    finally:
        for node in swarm_of_three.nodes:
            node.docker("rmi", "--force", name)


def test_another_racknet(swarm_of_three: Swarm) -> None:
    """An image of another racknet, or of something else, is an error that names it; so is the lack of one."""
    n1, *_ = swarm_of_three.nodes
    for image, label, error in (
        ("racknet/old", "version=0.0.9", f"is racknet 0.0.9, and this is racknet {__version__}"),
        ("racknet/else", "title=else", "is not an image of racknet"),
    ):
        build = ["build", "-q", "-t", image, "--label", f"org.opencontainers.image.{label}", "-"]
        n1.docker(*build, stdin=f"FROM {engine.VERSIONED}")
        result = service(swarm_of_three, image)
        n1.docker("rmi", image)
        assert refused(result, 2).startswith(f"racknet: '{image}' {error}\nhint: ")
    n1.docker("tag", engine.VERSIONED, "racknet/kept")
    n1.docker("rmi", engine.VERSIONED)
    try:
        result = service(swarm_of_three, engine.VERSIONED)
    finally:
        n1.docker("tag", "racknet/kept", engine.VERSIONED)
        n1.docker("rmi", "racknet/kept")
    assert (result.out, result.status) == ("", 3)
    hint = f"on a machine that has it: docker save {engine.VERSIONED} | ssh {n1.public} docker load"
    assert result.err == f"racknet: the manager has no image {engine.VERSIONED}\nhint: {hint}\n"
