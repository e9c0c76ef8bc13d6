"""Draw the code: its packages in layers, their modules, and which package imports which."""

from __future__ import annotations

from dataclasses import dataclass
from textwrap import wrap

import code_map
from svg import Picture

WIDTH, MARGIN, GAP, DROP = 940, 20, 36, 34  # the page, beside the boxes, between them, between the layers
INSIDE, LINE = 14, 18  # beside the texts of a box, and a line's height
PURPOSE, MODULE = 6.6, 7.6  # the width of a character in a package's purpose, and in a module's name
# The shares of the boxes in the width of the page. A share more than there are boxes leaves room for an arrow.
SHARES = {"api": (1, 2, 1), "lookup": (2, 3, 1), "host": (2, 1)}


@dataclass
class Box:
    """A package in the picture: its place, its size, and the lines in it."""

    package: str
    x: float
    y: float
    width: float
    purpose: list[str]
    modules: list[str]
    height: float = 0


def draw_code() -> str:
    """Draw the packages from the top layer to the bottom one. Imports that run up are an error."""
    imports = code_map.read_imports()
    wrong = code_map.wrong_imports(imports)
    assert not wrong, f"these imports run up: {sorted(wrong)}"
    picture = Picture("The code of racknet: its packages in layers, and which imports which", WIDTH)
    boxes, y = dict[str, Box](), float(MARGIN)
    for layer in code_map.LAYERS:
        row = _place(layer, y)
        for box in row:
            boxes[box.package] = box
            _draw_box(picture, box)
        y += row[0].height + DROP
    for upper, lower in sorted(code_map.without_implied(imports)):
        if lower != "errors":
            _draw_import(picture, boxes[upper], boxes[lower])
    note = "An arrow says: imports. What follows from others is left out, and so is errors, which any layer may import."
    picture.text(WIDTH / 2, y - 8, note, "middle dim")
    return picture.svg(y + 12)


def _place(layer: list[str], y: float) -> list[Box]:
    """Place the packages of a layer beside each other."""
    modules = code_map.read_modules()
    shares = SHARES.get(layer[0], (1,) * len(layer))
    unit = (WIDTH - 2 * MARGIN - GAP * (len(shares) - 1)) / sum(shares)
    boxes, x = [], float(MARGIN)
    for package, share in zip(layer, shares, strict=False):
        width = share * unit
        purpose = wrap(code_map.read_purpose(package), int((width - 2 * INSIDE) / PURPOSE))
        names = wrap(" · ".join(modules[package]), int((width - 2 * INSIDE) / MODULE))
        boxes.append(Box(package, x, y, width, purpose, names))
        x += width + GAP
    height = max(38 + LINE * (len(box.purpose) + len(box.modules)) + 6 * bool(box.modules) for box in boxes)
    for box in boxes:
        box.height = height
    return boxes


def _draw_box(picture: Picture, box: Box) -> None:
    picture.box(box.x, box.y, box.width, box.height, "panel")
    picture.text(box.x + INSIDE, box.y + 24, box.package, "title")
    y = box.y + 26
    for line in box.purpose:
        y += LINE
        picture.text(box.x + INSIDE, y, line, "dim")
    y += 6
    for line in box.modules:
        y += LINE
        picture.text(box.x + INSIDE, y, line, "mono")


def _draw_import(picture: Picture, upper: Box, lower: Box) -> None:
    """Draw an arrow down, where both boxes are, or from corner to corner; or to the right, in a layer."""
    if upper.y == lower.y:
        picture.path(f"M{upper.x + upper.width:g} {upper.y + 22:g} H{lower.x - 2:g} m-6 -5 l6 5 l-6 5")
        return
    left, right = max(upper.x, lower.x), min(upper.x + upper.width, lower.x + lower.width)
    if left < right:
        picture.arrow((left + right) / 2, upper.y + upper.height, lower.y - 2)
        return
    start, end = (right - INSIDE, left + INSIDE) if lower.x > upper.x else (left + INSIDE, right - INSIDE)
    picture.path(f"M{start:g} {upper.y + upper.height:g} L{end:g} {lower.y - 2:g} m-8 -2 l8 2 l-1 -8")
