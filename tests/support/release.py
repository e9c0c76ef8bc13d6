"""Clones of the project, and what script/release makes of them."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import yaml

from support import engine
from support.engine import CommandResult
from support.pages import ROOT, block

AUTHOR = {f"GIT_{who}_{what}": "tests" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
DATES = {"GIT_AUTHOR_DATE": "2026-01-01T00:00:00Z", "GIT_COMMITTER_DATE": "2026-01-01T00:00:00Z"}
WORKFLOWS = ROOT / ".github" / "workflows"


def attempt(folder: Path, *words: str, **environ: str) -> CommandResult:
    """Run a command in a clone."""
    return engine.build(*words, cwd=folder, env={**os.environ, **AUTHOR, **DATES, **environ})


def run(folder: Path, *words: str, **environ: str) -> str:
    """Run a command in a clone that must succeed, and return what it prints."""
    result = attempt(folder, *words, **environ)
    assert result.status == 0, f"{words}: {result.err}"
    return result.out


def clone(folder: Path) -> Path:
    """Make a repository of the project as it is, with one commit, which is the same whenever and wherever.

    Its virtual environment is that of the tests: making one takes a minute.
    """
    copytree(ROOT, folder, ignore=ignore_patterns(".git", ".venv", ".*_cache", "__pycache__", "*.egg-info", "dist"))
    (folder / ".venv").mkdir()
    for part in Path(sys.prefix).iterdir():
        if part.name != ".made":
            (folder / ".venv" / part.name).symlink_to(part)
    (folder / ".venv" / ".made").touch()
    run(folder, "git", "init", "--quiet")
    run(folder, "git", "add", "--all")
    run(folder, "git", "commit", "--quiet", "--message", "tests")
    return folder


def steps(workflow: str) -> dict[str, list[dict[str, Any]]]:
    """Return the steps of a workflow of the forge, by their jobs."""
    jobs = yaml.safe_load((WORKFLOWS / workflow).read_text())["jobs"]
    return {name: job["steps"] for name, job in jobs.items()}


def step(workflow: str, job: str, start: str) -> str:
    """Return the only `run:` block of a job that starts so."""
    (text,) = [each["run"] for each in steps(workflow)[job] if each.get("run", "").startswith(start)]
    return str(text)


def as_runner(text: str) -> Sequence[str]:
    """Return the words by which a runner of the forge runs a block: it stops at the first command that fails."""
    return ("bash", "-e", "-c", text)


@dataclass(frozen=True)
class Release:
    """A clone with its release in dist/: what script/release printed, the key that signed, and who may sign."""

    clone: Path
    printed: str
    key: Path
    signers: Path


def make_key(path: Path) -> tuple[Path, Path]:
    """Make a key, and the file of those who may sign, as SECURITY.md says. Return both."""
    run(path.parent, "ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(path))
    signers = path.with_suffix(".allowed_signers")
    line = block("SECURITY.md", "racknet namespaces").partition(" ssh-ed25519 ")[0]
    signers.write_text(f"{line} {path.with_suffix('.pub').read_text()}")
    return path, signers


def make_release(folder: Path) -> Release:
    """Make a release of a clone."""
    run(ROOT, "script/tools", "ssh-keygen=openssh-client")
    key, signers = make_key(folder / "key")
    place = clone(folder / "racknet")
    printed = run(place, *as_runner(step("publish.yaml", "publish", "script/release")), SIGNING_KEY=str(key))
    return Release(place, printed, key, signers)
