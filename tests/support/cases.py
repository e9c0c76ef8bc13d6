"""Tables of cases: one line each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


def cases(names: str, *rows: object, ids: Callable[[Any], str | None] | None = None) -> pytest.MarkDecorator:
    """Run a test once for each row, with its values under the names, which blanks separate."""
    return pytest.mark.parametrize(", ".join(names.split()), rows, ids=ids)
