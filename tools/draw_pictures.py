"""Draw the pictures of the docs: script/pictures runs this. host.svg and list.svg show what the image prints."""

from __future__ import annotations

from pathlib import Path

import draw_host
from draw_code import draw_code
from draw_rules import draw_rules

DOCS = Path(__file__).parent.parent / "docs"


def main() -> None:
    """Draw all pictures."""
    pictures = {"rules": draw_rules(), "code": draw_code(), **draw_host.draw()}
    for name, svg in pictures.items():
        (DOCS / f"{name}.svg").write_text(svg)


if __name__ == "__main__":
    main()
