"""The formats of an answer to `public` and `service`. A new one is a function here, and its option in `cli/app.py`.

`__main__` writes a proven answer to a plain query without this module, as `as_text` would.
"""

from __future__ import annotations

from racknet.core.why import why

TYPE_CHECKING = False
if TYPE_CHECKING:  # docs/maintainers/code.md says why
    from collections.abc import Callable

    from racknet.core.selection import Selection

    Format = Callable[[Selection], str]


def as_text(selection: Selection) -> str:
    """Return a line for each answer: its address."""
    return "".join(f"{address.text}\n" for address in selection.answers)


def as_json(selection: Selection) -> str:
    """Return the answer as an object, or all candidates as an array of them."""
    import json  # which takes longer to load than a plain answer

    found = fields(selection)
    return json.dumps(found if selection.query.all_candidates else found[0]) + "\n"


def fields(selection: Selection) -> list[dict[str, object]]:
    """Return what there is to say of each answer, by the names that programs know."""
    return [
        {
            "network": selection.query.network,
            "family": selection.query.family,
            "address": address.text,
            "prefix_length": address.prefix_length,
            "interface": address.interface,
            "why": why(selection, place).text,
            "proven": place == 0 and selection.is_proven,
        }
        for place, address in enumerate(selection.answers)
    ]


FORMATS: dict[str, Format] = {"text": as_text, "json": as_json}
