"""Which engine is asked, the way to it, the words for what goes wrong there, and which image the nodes run."""

from __future__ import annotations

import errno
import gc
import json
import os
import re
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from unittest.mock import Mock

import pytest
from docker.errors import APIError, DockerException, NotFound
from requests import Response
from requests.exceptions import ReadTimeout
from support.cases import cases
from support.fake_manager import fake_manager
from support.on_host import run

from racknet import __version__
from racknet.errors import RacknetError, UsageError
from racknet.output.hints import VERSIONED_IMAGE
from racknet.swarm.client import Swarm
from racknet.swarm.engine import connect, plain, ssh_words
from racknet.swarm.image import TITLE, VERSION, Image, check_labels, exact_reference, resolve_image

# The SDK leaves a socket behind that it could not connect; it is collected before the test ends.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


@pytest.fixture
def said(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """What `cluster` says with variables of Docker's, for a user who has contexts named `other` and `broken`."""
    endpoints = {"docker": {"Host": "unix:///other", "SkipTLSVerify": False}}
    other = json.dumps({"Name": "other", "Metadata": {}, "Endpoints": endpoints})
    for name, content in (("other", other), ("broken", "{")):
        folder = tmp_path / "contexts" / "meta" / sha256(name.encode()).hexdigest()
        folder.mkdir(parents=True)
        (folder / "meta.json").write_text(content)

    def ask(chosen: str = "default", **variables: str) -> str:
        (tmp_path / "config.json").write_text(json.dumps({"currentContext": chosen}))
        environ = {"DOCKER_CONFIG": str(tmp_path), "PATH": os.environ["PATH"], **variables}
        status = run("cluster", "service", **environ)
        gc.collect()
        out, err = capfd.readouterr()
        assert (out, status) in (("", 2), ("", 3))
        return err

    return ask


def test_docker_host_comes_first(said: Callable[..., str]) -> None:
    """DOCKER_HOST comes before DOCKER_CONTEXT, and that before `docker context use`, as for the `docker` command."""
    no_answer = "racknet: no Docker engine answers at unix:///{}: No such file or directory\n"
    assert said(DOCKER_HOST="unix:///no", DOCKER_CONTEXT="nope").startswith(no_answer.format("no"))
    assert said("gone", DOCKER_HOST="", DOCKER_CONTEXT="other").startswith(no_answer.format("other"))
    assert said("other").startswith(no_answer.format("other"))
    unknown = "racknet: 'nope', of DOCKER_CONTEXT, is not a context\nhint: see docker context ls\n"
    assert said("other", DOCKER_CONTEXT="nope") == unknown
    assert said("gone").startswith("racknet: the one that docker context use has chosen is not a context\nhint: ")
    assert said(DOCKER_CONTEXT="broken").startswith("racknet: 'broken', of DOCKER_CONTEXT, cannot be read: ")


HINT = "does this answer? docker info; DOCKER_HOST and docker context use choose another engine"


@cases(
    "host message hint",
    ("tcp://127.0.0.1:1", "Connection refused", HINT),
    ("ssh://127.0.0.1/var/run/docker.sock", "write it as ssh://USER@HOST:PORT", HINT),
    ("ssh://n1", "the connection was closed", "does this answer? ssh ssh://n1 docker info"),
    ("nonsense", "Invalid bind address format: port is required: nonsense", HINT),
)
def test_errors_are_sentences(host: str, message: str, hint: str, said: Callable[..., str], tmp_path: Path) -> None:
    """An error says what went wrong, without the layers of the SDK, and its hint is a command."""
    (tmp_path / "ssh").write_text("#!/nonexistent\n")  # a program that cannot be run
    (tmp_path / "ssh").chmod(0o755)
    expected = f"racknet: no Docker engine answers at {host}: {message}\nhint: {hint}\n"
    assert said(DOCKER_HOST=host, PATH=str(tmp_path)) == expected


def test_without_ssh(said: Callable[..., str]) -> None:
    """Without an ssh program, the error says how to install it."""
    error = "racknet: ssh://n1 needs the ssh program\nhint: on Debian: apt-get install openssh-client\n"
    assert said(DOCKER_HOST="ssh://n1", PATH="/nonexistent") == error


SSH = """#!{}
import socket, sys, threading
assert sys.argv[1:] == ["--", "n1", "docker", "system", "dial-stdio"]
here, there = socket.socket(fileno=0), socket.create_connection(("127.0.0.1", {}))
def copy(one, other):
    while data := one.recv(65536):
        other.sendall(data)
threading.Thread(target=copy, args=(there, here), daemon=True).start()
copy(here, there)
"""


def test_by_ssh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each connection to an engine elsewhere goes by an ssh of its own."""
    with fake_manager() as manager:
        (tmp_path / "ssh").write_text(SSH.format(sys.executable, manager.server_port))
        (tmp_path / "ssh").chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
        monkeypatch.setenv("DOCKER_HOST", "ssh://n1")
        with connect() as (api, host):
            assert [node.name for node in Swarm(api, host).nodes()] == ["n1"]
        assert host == "ssh://n1"


def behind(error: BaseException, cause: BaseException) -> BaseException:
    error.__cause__ = cause
    return error


@cases(
    "error text",
    (APIError("500", explanation="rpc error: code = Unknown desc = no leader"), "no leader"),
    (behind(DockerException("layers"), PermissionError(errno.EACCES, "Permission denied")), "Permission denied"),
    (behind(DockerException("layers"), ConnectionResetError()), "the connection was closed"),
    (behind(DockerException("layers"), ReadTimeout("read timed out")), "no answer within 20 s"),
    (DockerException("what it is"), "what it is"),
    (ValueError(), "ValueError"),
)
def test_plain(error: BaseException, text: str) -> None:
    """What went wrong is said by the error that says most of those behind an error, and is never empty."""
    assert plain(error) == text


def test_hint_for_a_socket_of_root(said: Callable[..., str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the user may not open the socket, the hint is how to be allowed to."""
    refused = behind(DockerException("layers"), PermissionError(errno.EACCES, "Permission denied"))
    client = Mock(side_effect=refused)
    monkeypatch.setattr("docker.APIClient", client)
    assert "hint: be root, or join the group" in said()
    assert client.call_args.kwargs["base_url"] == "unix:///var/run/docker.sock"  # of the default context


@cases(
    "host words",
    ("ssh://N1", ["--", "N1"]),
    ("ssh://root@n1/", ["-l", "root", "--", "n1"]),
    ("ssh://root@10.0.0.1:2222", ["-l", "root", "-p", "2222", "--", "10.0.0.1"]),
    ("ssh://[fe80::1%eth0]:22", ["-p", "22", "--", "fe80::1%eth0"]),
)
def test_ssh_words(host: str, words: list[str]) -> None:
    """The port is the one that is written, or else ssh's own configuration says."""
    assert ssh_words(host) == ["ssh", *words, "docker", "system", "dial-stdio"]


@pytest.mark.parametrize("host", ["ssh://", "ssh://a:b@n1", "ssh://n1/x", "ssh://n1:x", "ssh://a@b@n1"])
def test_wrong_ssh_words(host: str) -> None:
    """Any other form is an error; a host that looks like an option is none."""
    with pytest.raises(ValueError, match="write it as ssh://USER@HOST:PORT"):
        ssh_words(host)
    assert ssh_words("ssh://-oProxyCommand=x")[1] == "--"


ID, DIGEST, OTHER = "sha256:1d", "sha256:d1", "sha256:d2"


@cases(
    "name digests expected",
    ("racknet/ip:0.1.0", [], ID),
    ("racknet/ip:0.1.0", [f"r.example/racknet/ip@{OTHER}", f"racknet/ip@{DIGEST}"], f"racknet/ip@{DIGEST}"),
    ("racknet/ip", [f"racknet/ip@{DIGEST}"], f"racknet/ip@{DIGEST}"),
    ("racknet/ip", [f"racknet/ip-too@{DIGEST}"], ID),
    ("r.example:5000/ip", [f"r.example:5000/ip@{DIGEST}"], f"r.example:5000/ip@{DIGEST}"),
    ("r.example:5000/ip:1", [f"ip@{OTHER}", f"r.example:5000/ip@{DIGEST}"], f"r.example:5000/ip@{DIGEST}"),
    ("ip", [f"ip@{DIGEST}"], f"ip@{DIGEST}"),
    (f"r.example/ip@{OTHER}", [f"r.example/ip@{DIGEST}"], f"r.example/ip@{OTHER}"),
    (f"r.example/ip:1@{OTHER}", [], f"r.example/ip:1@{OTHER}"),
)
def test_exact_reference(name: str, digests: list[str], expected: str) -> None:
    """An image goes by its digest in the repository that was named, or else by its id; never by a tag."""
    assert exact_reference(name, {"Id": ID, "RepoDigests": digests}) == expected
    assert exact_reference("ip:1", {"Id": ID, "RepoDigests": None}) == ID


def test_known_as() -> None:
    """An image that a node lacks is called by what people know: its digest, or its name, but never its id."""
    assert Image("racknet/ip:1", ID).known_as == "racknet/ip:1"
    assert Image("racknet/ip:1", f"racknet/ip@{DIGEST}").known_as == f"racknet/ip@{DIGEST}"


def test_labels() -> None:
    """An image without the labels, or of another version, is an error that names it."""
    check_labels("x", {TITLE: "racknet", VERSION: __version__})
    with pytest.raises(UsageError, match=r"^'x' is not an image of racknet$"):
        check_labels("x", {VERSION: __version__})
    with pytest.raises(UsageError, match=rf"^'x' is racknet 0\.0\.9, and this is racknet {re.escape(__version__)}$"):
        check_labels("x", {TITLE: "racknet", VERSION: "0.0.9"})


FOUND = {"Id": ID, "Config": {"Labels": {TITLE: "racknet", VERSION: __version__}}}
ABSENT, WRONG = NotFound("no such image"), APIError("400", response=Mock(spec=Response, status_code=400))


@cases(
    "name inspected pulled expected",
    ("x/y", [FOUND], None, Image("x/y", ID)),
    ("x/y", [ABSENT, FOUND], [{"status": "Pulling"}], Image("x/y", ID)),
    ("x/y", [ABSENT], [{"error": "denied"}], "the manager cannot pull x/y: denied"),
    ("x/y", [ABSENT, ABSENT], [], "the manager has no image x/y"),
    ("X", [WRONG], None, "'X' is not the name of an image"),
    (VERSIONED_IMAGE, [ABSENT], None, f"the manager has no image {VERSIONED_IMAGE}"),
    ids=str,
)
def test_resolve_image(
    name: str, inspected: list[object], pulled: list[dict[str, str]] | None, expected: object
) -> None:
    """The manager pulls an image that it lacks, but never by the default name."""
    api = Mock(inspect_image=Mock(side_effect=inspected), pull=Mock(return_value=pulled))
    try:
        found: object = resolve_image(api, name, "10.0.0.1")
    except RacknetError as error:
        found = error.message
    assert found == expected
    assert api.pull.called is (pulled is not None)
