"""Plain pictures: an SVG written by hand, on a background of its own, with the fonts that there are."""

from __future__ import annotations

from html import escape

# As wide as the widest of the usual fonts draw them, so that nothing overlaps.
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, 'DejaVu Sans', sans-serif"
STYLE = f"""
text {{ font: 13px {SANS}; fill: #24292f; white-space: pre }}
.mono {{ font-family: {MONO}; font-size: 12.5px }}
.bold {{ font-weight: 600 }}
.title {{ font-weight: 600; font-size: 15px }}
.dim {{ fill: #6a737d }}
.small {{ font-size: 11.5px }}
.middle {{ text-anchor: middle }}
.public {{ fill: #0a5fbf }}
.service {{ fill: #1a7035 }}
.on {{ fill: #ffffff; font-weight: 600; font-size: 12px }}
rect, path {{ fill: none; stroke: #c9d1d9 }}
rect.page {{ fill: #ffffff }}
rect.panel {{ fill: #f6f8fa }}
rect.fill-public {{ fill: #0a5fbf; stroke: none }}
rect.fill-service {{ fill: #1a7035; stroke: none }}
.line-public {{ stroke: #0a5fbf; stroke-width: 2 }}
.line-service {{ stroke: #1a7035; stroke-width: 2 }}
.dashed {{ stroke-dasharray: 4 4 }}
rect.terminal {{ fill: #0d1117; stroke: #30363d }}
text.light {{ fill: #c9d1d9; font: 14px {MONO} }}
text.light.dim {{ fill: #8b949e }}
text.light.bold {{ fill: #ffffff; font-weight: 700 }}
"""


class Picture:
    """Boxes, lines and texts; all coordinates are pixels, from the upper left."""

    def __init__(self, title: str, width: int) -> None:
        self.title, self.width = title, width
        self.parts: list[str] = []

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        """A line of text, with its base line at y."""
        self.parts.append(f'<text x="{x:g}" y="{y:g}" class="{kind}">{escape(words, quote=False)}</text>')

    def box(self, x: float, y: float, width: float, height: float, kind: str = "", radius: float = 6) -> None:
        """A box with round corners."""
        size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}"'
        self.parts.append(f'<rect {size} class="{kind}"/>')

    def panel(self, x: float, y: float, width: float, height: float) -> None:
        """A box behind all that has been drawn."""
        self.box(x, y, width, height, "panel")
        self.parts.insert(0, self.parts.pop())

    def path(self, course: str, kind: str = "") -> None:
        """A line along a course, in SVG's own words."""
        self.parts.append(f'<path d="{course}" class="{kind}"/>')

    def svg(self, height: float, page: str = "page") -> str:
        """The picture, on a page of this height."""
        ground = f'<rect x="0.5" y="0.5" width="{self.width - 1}" height="{height - 1:g}" rx="8" class="{page}"/>'
        size = f'width="{self.width}" height="{height:g}" viewBox="0 0 {self.width} {height:g}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">'
        title = f'<title id="title">{escape(self.title)}</title>'
        return "\n".join([head, title, f"<style>{STYLE}</style>", ground, *self.parts, "</svg>", ""])
