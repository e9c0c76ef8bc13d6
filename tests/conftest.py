"""The program under test in both its forms: the package, and the executable out of the image.

The tests in image/ need a Docker engine. They fail without one, and leave nothing behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from support import engine
from support.hosts import HOSTS
from support.swarm_nodes import Swarm, swarm_of

IMAGE_TESTS = Path(__file__).parent / "image"

Racknet = Callable[..., tuple[str, str, int]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests in image/."""
    for item in items:
        if IMAGE_TESTS in item.path.parents:
            item.add_marker(pytest.mark.image)


def pytest_configure() -> None:
    """Reset signals: where pytest runs in the background they may be ignored, which its child processes inherit.

    The command is on PATH, as it is where it is installed: hints name it.
    """
    os.environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Remove leftovers, after Ctrl-C too, but not once more for each of several workers."""
    if not hasattr(config, "workerinput"):
        engine.remove_leftovers()


@pytest.fixture(scope="session", autouse=True)
def _images(request: pytest.FixtureRequest) -> None:
    """Fail where an image is missing. The tests do not build it: they test what script/test has built."""
    if not any(item.get_closest_marker("image") for item in request.session.items):
        return
    for image in (engine.IMAGE, engine.HOST, engine.PACKAGE):
        result = engine.command("docker", "image", "inspect", image)
        if result.status:
            pytest.fail(
                f"no image {image}: {result.err}\nhint: script/test builds it; script/test --no-engine does without"
            )


@pytest.fixture(scope="session", params=["package", pytest.param("executable", marks=pytest.mark.image)])
def program(request: pytest.FixtureRequest) -> Iterator[list[str]]:
    """The words that run racknet."""
    if request.param == "package":
        yield [sys.executable, "-m", "racknet"]
    else:
        with engine.executable() as path:
            yield [path]


@pytest.fixture
def racknet(program: list[str]) -> Racknet:
    """Run racknet with words and variables; return what it prints, and its status."""

    def run(*words: str, **environ: str) -> tuple[str, str, int]:
        done = subprocess.run(
            [*program, *words], capture_output=True, text=True, check=False, env={**os.environ, **environ}
        )
        return done.stdout, done.stderr, done.returncode

    return run


@pytest.fixture(scope="session")
def swarm_of_three() -> Iterator[Swarm]:
    """A swarm of three nodes, for the tests that are marked `alone`."""
    with swarm_of("n1", "n2", "n10") as swarm:
        yield swarm


@pytest.fixture(scope="module")
def rackspace_network() -> Iterator[str]:
    """The network of a Rackspace host, for `docker run --net=`."""
    with engine.host_container(HOSTS["rackspace"].layout.script) as container:
        yield f"container:{container}"
