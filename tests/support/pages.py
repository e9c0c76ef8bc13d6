"""The commands in the pages, as the tests run them."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


def blocks(page: str) -> list[str]:
    """Return the code blocks of a page, which are indented by four after an empty line, without the indentation."""
    found = re.findall(r"(?<=\n\n)(?:    .*\n)+", (ROOT / page).read_text())
    return [re.sub(r"^    ", "", text, flags=re.MULTILINE).rstrip("\n") for text in found]


def block(page: str, start: str, place: int = 0) -> str:
    """Return the first code block of a page that starts so, or a later one."""
    return [text for text in blocks(page) if text.startswith(start)][place]
