"""The program under test, in both its forms: the package, and the executable out of the image.

The tests of the image need an engine; they fail without one, and leave nothing behind.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import engine
import pytest
from swarm import Swarm, swarm

IMAGE_TESTS = Path(__file__).parent / "image"

Racknet = Callable[..., tuple[str, str, int]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests in image/ are of the image."""
    for item in items:
        if IMAGE_TESTS in item.path.parents:
            item.add_marker(pytest.mark.image)


def pytest_configure() -> None:
    """Started in the background, signals may be ignored, which all that the tests start would inherit."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After Ctrl-C too, but not for each of several workers."""
    if not hasattr(config, "workerinput"):
        engine.remove_leftovers()


@pytest.fixture(scope="session", autouse=True)
def _images(request: pytest.FixtureRequest) -> None:
    """What is asked must be there, and is not built behind the tests' back."""
    if not any(item.get_closest_marker("image") for item in request.session.items):
        return
    for image in (engine.IMAGE, engine.HOST, engine.PACKAGE):
        said = engine.command("docker", "image", "inspect", image)
        if said.status:
            pytest.fail(
                f"no image {image}: {said.err}\nhint: script/test builds it; script/test --no-engine does without"
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
    """Runs racknet with these words and variables; what it prints, and its status."""

    def run(*words: str, **environ: str) -> tuple[str, str, int]:
        done = subprocess.run(
            [*program, *words], capture_output=True, text=True, check=False, env={**os.environ, **environ}
        )
        return done.stdout, done.stderr, done.returncode

    return run


@pytest.fixture(scope="session")
def three() -> Iterator[Swarm]:
    """A swarm of three nodes, for tests that are alone."""
    with swarm("n1", "n2", "n10") as found:
        yield found
