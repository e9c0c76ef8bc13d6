"""The natural order of names: eth2 before eth10."""

from __future__ import annotations


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts names as people do: eth2 before eth10."""
    head = name.rstrip("0123456789")
    if head.isalpha():  # as most names; of those, a host may have thousands
        number = name[len(head) :]
        return [(-1, head), (int(number), number)] if number else [(-1, head)]
    runs, run = [], ""
    for c in name:
        if run and ("0" <= c <= "9") != ("0" <= run[-1] <= "9"):
            runs.append(run)
            run = ""
        run += c
    return [(int(run), run) if "0" <= run[:1] <= "9" else (-1, run) for run in [*runs, run]]
