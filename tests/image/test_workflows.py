"""The workflows of the forge, by their schema and by an audit of what they may do. Neither asks the forge."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from support import engine

WORKFLOWS = Path(__file__).parent.parent.parent / ".github" / "workflows"
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
