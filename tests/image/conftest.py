"""The image's tests need an engine; they fail without one, and leave nothing behind."""

from __future__ import annotations

from pathlib import Path

import engine
import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All tests in this folder are of the image."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.image)


def pytest_unconfigure(config: pytest.Config) -> None:
    """After Ctrl-C too, but not for each of several workers."""
    if not hasattr(config, "workerinput"):
        engine.remove_leftovers()


@pytest.fixture(scope="session", autouse=True)
def _images() -> None:
    for image in (engine.IMAGE, engine.HOST, engine.PACKAGE):
        said = engine.command("docker", "image", "inspect", image)
        if said.status:
            pytest.fail(
                f"no image {image}: {said.err}\nhint: script/test builds it; script/test --no-engine does without"
            )
