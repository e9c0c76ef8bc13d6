"""Notes beside an answer or an error: which variables are missing, and which names nobody knows."""

from __future__ import annotations

from racknet.core.selection import CONTRADICTION, TIE, UNPROVEN
from racknet.output.stdio import printable
from racknet.parsing import INPUT_VARS, OUTPUT_VARS

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Mapping, Sequence

    from racknet.core.selection import Doubt, Selection

ALIKE = 0.6  # of 1, as difflib's get_close_matches has it, which puts IPV6 before IPV4 where both are as close
IN_EXECSTART = (
    "note: no argument names a variable; in ExecStart= write $$RACKNET_SERVICE_IPV4, since systemd itself replaces "
    "$RACKNET_SERVICE_IPV4, by nothing\n"
)


def listed(names: Sequence[str]) -> str:
    """Return at least two names as a sentence has them: a, b and c."""
    return f"{', '.join(names[:-1])} and {names[-1]}"


def doubt_text(doubt: Doubt) -> str:
    """Return why candidates leave no answer, or none that is proven."""
    if doubt.kind == TIE:
        return f"{listed(doubt.interfaces)} tie"
    first, second = doubt.candidates
    if doubt.kind == CONTRADICTION:
        return f"the default route prefers {first.text} as its source, and {second.text} is in its gateway's network"
    preferred = f"{first.text} on {first.interface} is preferred to {second.text} on {second.interface}"
    return f"{preferred} ({doubt.decided_by})"


def unproven_answers(selections: Sequence[Selection]) -> str:
    """Return a note on each answer that only a preference decides. With `--all`, nothing is decided."""
    notes = [
        f"note: {printable(doubt_text(selection.unproven))}, not proven: --strict refuses\n"
        for selection in selections
        if selection.address and selection.unproven and not selection.query.all_candidates
    ]
    return "".join(dict.fromkeys(notes))  # service ipv6 goes by service ipv4, and so does its note


def missing_variable(name: str, selection: Selection) -> str:
    """Return a note on a variable without an answer, where the user would not expect that; else ""."""
    if selection.doubt:
        return f"note: no {name}: {doubt_kind(selection.doubt)}, {printable(doubt_text(selection.doubt))}\n"
    filters = selection.query.filters_text
    return f"note: no {name}: {printable(filters)} leaves no address\n" if filters and not selection.candidates else ""


def doubt_kind(doubt: Doubt) -> str:
    """Return what candidates are that leave no answer."""
    return "not proven" if doubt.kind == UNPROVEN else "ambiguous"


def unknown_vars(environ: Mapping[str, str]) -> list[str]:
    """Return the names of RACKNET_* variables that racknet does not know."""
    return sorted(name for name in environ if name.startswith("RACKNET_") and name not in (*INPUT_VARS, *OUTPUT_VARS))


def unknown_variables(names: Sequence[str]) -> str:
    """Return a note on each RACKNET_* variable that racknet does not know."""
    return "".join(
        f"note: racknet does not know the variable {printable(name)}{did_you_mean(name, INPUT_VARS)}\n"
        for name in names
    )


def did_you_mean(name: str, known: Sequence[str], sign: str = "") -> str:
    """Return which RACKNET_* variable may be meant by a wrong name, or "". The common beginning is left aside."""
    from difflib import SequenceMatcher

    def likeness(other: str) -> float:
        return SequenceMatcher(None, name.removeprefix("RACKNET_"), other.removeprefix("RACKNET_")).ratio()

    closest = max(known, key=likeness)
    return f"; did you mean {sign}{closest}?" if likeness(closest) >= ALIKE else ""
