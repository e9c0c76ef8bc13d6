"""What to write instead of a command line that is wrong."""

from __future__ import annotations

from racknet.core.facts import FAMILY_WORDS, NETWORKS
from racknet.output import hints
from racknet.parsing import COMMANDS

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

QUIET = ("-q", "--quiet", "--silent")
SILENCE = (
    "standard output has the address alone; RACKNET_STRICT=0 leaves out the notes on standard error, "
    "2>/dev/null all of it"
)

ASK = "the provider is asked by the variable: RACKNET_ASK_PROVIDER=1"
INSTEAD = {
    **{(command, "--ask-provider"): ASK for command in ("env", "exec", "check", "cluster")},
    ("watch", "--ask-provider"): "watch does not ask the provider",
    ("watch", "--wait"): "watch waits by itself",
    ("exec", "--wait"): "exec waits by the variable: RACKNET_WAIT=30",
}


def instead(command: str, option: str, owners: Sequence[str]) -> str:
    """Return what to do instead of an option that a command does not have, but its owners have; "" if none has."""
    if option == "--watch" and command in NETWORKS:
        return f"write: {hints.line('watch', command)}"
    has = f"{option} is an option of {', '.join(owners)}" if owners else ""
    return INSTEAD.get((command, option), has)


def hint(words: Sequence[str]) -> str:
    """Return what to write, or where to read on."""
    place = next((n for n, word in enumerate(words) if word in COMMANDS), None)
    if place and (words[0].startswith("-") or words[0] in FAMILY_WORDS):  # options, or the family, before the command
        return f"write: {hints.line(words[place], *words[place + 1 :], *words[:place])}"
    if place != 0:
        return f"see {hints.line('--help')}"
    return _meant(words) or f"see {hints.line(words[0], '--help')}"


def _meant(words: Sequence[str]) -> str:
    """Return what is meant by a command and its words, "" where that is not clear."""
    if "--version" in words:
        return f"write: {hints.line('--version')}"
    if words[0] == "check" and words[1:] and words[1] in NETWORKS:
        return f"ADDRESS comes first, for instance: {hints.line('check', '10.0.0.1', words[1])}"
    if set(QUIET) & set(words):
        return SILENCE
    if words[0] in NETWORKS and len(words) == 2 and words[1] and not words[1].startswith(("-", "ip", "in")):
        return f"to choose an interface: {hints.line(words[0], '--interface', words[1])}"
    return ""
