"""Which engine is asked, and the words for what goes wrong on the way."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

import pytest

from racknet.swarm.engine import ssh_words


@pytest.fixture
def said(tmp_path: Path) -> Callable[..., str]:
    """What `cluster` says with variables of Docker's, for a user who has a context named `other`."""
    folder = tmp_path / "contexts" / "meta" / sha256(b"other").hexdigest()
    folder.mkdir(parents=True)
    endpoints = {"docker": {"Host": "unix:///other", "SkipTLSVerify": False}}
    (folder / "meta.json").write_text(json.dumps({"Name": "other", "Metadata": {}, "Endpoints": endpoints}))

    def ask(chosen: str = "default", **variables: str) -> str:
        (tmp_path / "config.json").write_text(json.dumps({"currentContext": chosen}))
        environ = {name: value for name, value in os.environ.items() if not name.startswith("DOCKER_")}
        environ |= {"DOCKER_CONFIG": str(tmp_path), **variables}
        words = [sys.executable, "-m", "racknet", "cluster", "service"]
        done = subprocess.run(words, env=environ, capture_output=True, text=True, check=False)
        assert (done.stdout, done.returncode) in (("", 2), ("", 3))
        return done.stderr

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


@pytest.mark.parametrize(
    ("host", "message"),
    [
        ("tcp://127.0.0.1:1", "Connection refused"),
        ("ssh://127.0.0.1/var/run/docker.sock", "write it as ssh://USER@HOST:PORT"),
        ("nonsense", "Invalid bind address format: port is required: nonsense"),
    ],
)
def test_errors_are_sentences(host: str, message: str, said: Callable[..., str]) -> None:
    """An error says what went wrong, without the layers of the SDK, and its hint is a command."""
    hint = "does this answer? docker info; DOCKER_HOST and docker context use choose another engine"
    assert said(DOCKER_HOST=host) == f"racknet: no Docker engine answers at {host}: {message}\nhint: {hint}\n"


def test_without_ssh(said: Callable[..., str]) -> None:
    """Without an ssh program, the error says how to install it."""
    error = "racknet: ssh://n1 needs the ssh program\nhint: on Debian: apt-get install openssh-client\n"
    assert said(DOCKER_HOST="ssh://n1", PATH="/nonexistent") == error


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("ssh://N1", ["--", "N1"]),
        ("ssh://root@n1/", ["-l", "root", "--", "n1"]),
        ("ssh://root@10.0.0.1:2222", ["-l", "root", "-p", "2222", "--", "10.0.0.1"]),
        ("ssh://[fe80::1%eth0]:22", ["-p", "22", "--", "fe80::1%eth0"]),
    ],
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
