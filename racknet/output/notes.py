"""Notes beside an answer: what is not proven, and which variables are missing."""

from __future__ import annotations

from racknet.core.comparison import CONTRADICTION, TIE, UNATTRIBUTED, UNPROVEN
from racknet.output.stdio import printable

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Sequence

    from racknet.core.comparison import Doubt
    from racknet.core.selection import Selection

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
    first, *others = doubt.candidates
    if doubt.kind == UNATTRIBUTED:
        return f"{first.text} is {doubt.decided_by}"
    one = f"{first.text} on {first.interface}"
    if not others:
        return f"{one} is {doubt.decided_by}"
    other = f"{others[0].text} on {others[0].interface}"
    if doubt.against and doubt.kind == CONTRADICTION:
        return f"facts contradict each other: {one} ({doubt.preference.text}), {other} ({doubt.against.text})"
    return f"{one} is preferred to {other} ({doubt.decided_by})"


def doubt_about(selection: Selection, doubt: Doubt) -> str:
    """Return the text of a doubt of a selection. `service ipv6` goes by `service ipv4`, and so do its doubts."""
    is_other = doubt.candidates[0].family != selection.query.family
    return f"{'service ipv4: ' if is_other else ''}{doubt_text(doubt)}"


def unproven_answers(selections: Sequence[Selection]) -> str:
    """Return a note on each answer that only a preference decides. With `--all`, nothing is decided."""
    notes: dict[str, str] = {}
    for selection in selections:
        if selection.address and selection.unproven and not selection.query.all_candidates:
            note = f"note: {printable(doubt_about(selection, selection.unproven))}, not proven: --strict refuses\n"
            notes.setdefault(doubt_text(selection.unproven), note)  # that on service ipv4 stands for service ipv6, too
    return "".join(notes.values())


def missing_variable(name: str, selection: Selection) -> str:
    """Return a note on a variable without an answer; "" where it has one."""
    if selection.address:
        return ""
    if selection.refusal:
        return f"note: no {name}: {printable(selection.refusal.message)}\n"
    if selection.doubt:
        return f"note: no {name}: {doubt_kind(selection.doubt)}, {printable(doubt_about(selection, selection.doubt))}\n"
    filters = selection.query.filters_text
    why = f"{printable(filters)} leaves no address" if filters else f"there is no {selection.query} address"
    return f"note: no {name}: {why}\n"


def doubt_kind(doubt: Doubt) -> str:
    """Return what candidates are that leave no answer."""
    return "not proven" if doubt.kind == UNPROVEN else "ambiguous"
