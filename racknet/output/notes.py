"""Notes beside an answer or an error: which variables are missing, and which names nobody knows."""

from __future__ import annotations

from racknet.output.stdio import printable
from racknet.query import INPUT_VARS, OUTPUT_VARS

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/code.md says why
    from collections.abc import Mapping, Sequence

    from racknet.core.matching import Query
    from racknet.core.ranking import Selection

ALIKE = 0.6  # of 1, as difflib's get_close_matches has it, which puts IPV6 before IPV4 where both are as close
IN_EXECSTART = (
    "note: no argument names a variable; in ExecStart= write $$RACKNET_SERVICE_IPV4, since systemd itself replaces "
    "$RACKNET_SERVICE_IPV4, by nothing\n"
)


def listed(names: Sequence[str]) -> str:
    """Return at least two names as a sentence has them: a, b and c."""
    return f"{', '.join(names[:-1])} and {names[-1]}"


def missing_variable(name: str, query: Query, selection: Selection) -> str:
    """Return a note on a variable without an answer, where the user would not expect that; else ""."""
    if selection.tied:
        return f"note: no {name}: ambiguous, {printable(listed(selection.tied))} tie\n"
    is_filtered = query.filters_text and not selection.candidates
    return f"note: no {name}: {printable(query.filters_text)} leaves no address\n" if is_filtered else ""


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
