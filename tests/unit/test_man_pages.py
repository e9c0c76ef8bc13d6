"""The man pages say what the commands say."""

from __future__ import annotations

import re

import click
import pytest
from man_pages import COMPLETION, context_of, man_page

from racknet.errors import ExitStatus
from racknet.parsing import COMMANDS, INPUT_VARS, OUTPUT_VARS


@pytest.fixture(autouse=True)
def _date(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")


def text_of(page: str) -> str:
    """Return a page as its reader has it: without what makes words bold, with plain hyphens and quotes."""
    marks = {"\\fB": "", "\\fI": "", "\\fP": "", "\\-": "-", "\\(dq": '"', "\\(aq": "'"}
    return re.sub(r"\\(f[BIP]|-|\([ad]q)", lambda mark: marks[mark[0]], man_page(page))


def test_commands_and_options() -> None:
    """racknet(1) and racknet-cluster(1) show each command and each option, with what its help says about it."""
    pages = {command: text_of("racknet-cluster" if command == "cluster" else "racknet") for command in COMMANDS}
    for command, page in pages.items():
        assert f"racknet {command} " in page
        context = context_of(f"racknet {command}")
        for option in context.command.get_params(context):
            record = option.get_help_record(context) if isinstance(option, click.Option) else None
            if record and option.name not in COMPLETION and command != "exec":
                assert f"{record[0]}\n{record[1]}\n" in page, command


@pytest.mark.parametrize("name", [*INPUT_VARS, *OUTPUT_VARS])
def test_variables(name: str) -> None:
    """racknet(1) names each variable that racknet reads or writes."""
    assert name in text_of("racknet").partition(".SH ENVIRONMENT")[2].partition(".SH")[0]


def test_statuses() -> None:
    """racknet(1) explains each status."""
    section = text_of("racknet").partition(".SH EXIT STATUS")[2].partition(".SH")[0]
    statuses = [value for name, value in vars(ExitStatus).items() if name.isupper()]
    assert len(statuses) == 8
    assert set(map(str, statuses)) <= set(re.findall(r"\d+", section))


def test_date() -> None:
    """A page has the date of the release, not of the day it is made."""
    assert '"2023-11-14"' in man_page("racknet").replace("\\-", "-")
