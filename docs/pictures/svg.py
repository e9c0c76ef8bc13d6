"""Plain pictures as SVG, with a page of their own, in light colours and in dark ones for readers who prefer these."""

from __future__ import annotations

from html import escape

# Texts are placed as if drawn in the widest of the usual fonts, so that nothing overlaps in the others.
MONO = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SANS = "system-ui, -apple-system, 'Segoe UI', Roboto, Helvetica, Arial, 'DejaVu Sans', sans-serif"
SHAPES = f"""\
text {{ font: 13px {SANS}; white-space: pre }}
.mono {{ font-family: {MONO}; font-size: 12.5px }}
.bold {{ font-weight: 600 }}
.title {{ font-weight: 600; font-size: 15px }}
.small {{ font-size: 11.5px }}
.middle {{ text-anchor: middle }}
.on {{ font-weight: 600; font-size: 12px }}
rect, path {{ fill: none }}
.line-public, .line-service {{ stroke-width: 2 }}
.dashed {{ stroke-dasharray: 4 4 }}
rect.fill-public, rect.fill-service {{ stroke: none }}
text.light {{ font: 14px {MONO} }}
"""
COLOURS = """\
text {{ fill: {text} }}
.dim {{ fill: {dim} }}
text.public {{ fill: {public} }}
text.service {{ fill: {service} }}
text.on {{ fill: #ffffff }}
rect, path {{ stroke: {line} }}
rect.page {{ fill: {page} }}
rect.panel {{ fill: {panel} }}
rect.fill-public {{ fill: {fill_public} }}
rect.fill-service {{ fill: {fill_service} }}
.line-public {{ stroke: {public} }}
.line-service {{ stroke: {service} }}
rect.terminal {{ fill: #0d1117; stroke: #30363d }}
text.light {{ fill: #c9d1d9 }}
text.light.dim {{ fill: #8b949e }}
text.light.bold {{ fill: #ffffff; font-weight: 700 }}
"""
LIGHT = {
    "text": "#24292f", "dim": "#5f6872", "line": "#b6bfc9", "page": "#ffffff", "panel": "#f6f8fa",
    "public": "#0a5fbf", "service": "#1a7035", "fill_public": "#0a5fbf", "fill_service": "#1a7035",
}  # fmt: skip
DARK = {
    "text": "#e6edf3", "dim": "#9aa4af", "line": "#4a535e", "page": "#0d1117", "panel": "#161b22",
    "public": "#6cb0ff", "service": "#4cc364", "fill_public": "#1a63c7", "fill_service": "#1f7a37",
}  # fmt: skip


def style() -> str:
    """Return the style sheet. What does not know the media query shows the light colours."""
    dark = COLOURS.format(**DARK)
    return f"{SHAPES}{COLOURS.format(**LIGHT)}@media (prefers-color-scheme: dark) {{\n{dark}}}\n"


class Picture:
    """Boxes, lines and texts. All coordinates are pixels from the upper left corner."""

    def __init__(self, title: str, width: int) -> None:
        self.title, self.width = title, width
        self.parts: list[str] = []

    def text(self, x: float, y: float, words: str, kind: str = "") -> None:
        """Draw a line of text, with its base line at y."""
        self.parts.append(f'<text x="{x:g}" y="{y:g}"{_class(kind)}>{escape(words, quote=False)}</text>')

    def box(self, x: float, y: float, width: float, height: float, kind: str = "", radius: float = 6) -> None:
        """Draw a box with round corners."""
        size = f'x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}"'
        self.parts.append(f"<rect {size}{_class(kind)}/>")

    def panel(self, x: float, y: float, width: float, height: float) -> None:
        """Draw a box behind everything that is there already."""
        self.box(x, y, width, height, "panel")
        self.parts.insert(0, self.parts.pop())

    def path(self, course: str, kind: str = "") -> None:
        """Draw a line along a course in SVG's path notation."""
        self.parts.append(f'<path d="{course}"{_class(kind)}/>')

    def svg(self, height: float, page: str = "page") -> str:
        """Return the picture on a page of this height."""
        ground = f'<rect x="0.5" y="0.5" width="{self.width - 1}" height="{height - 1:g}" rx="8" class="{page}"/>'
        size = f'width="{self.width}" height="{height:g}" viewBox="0 0 {self.width} {height:g}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="title">'
        title = f'<title id="title">{escape(self.title)}</title>'
        return "\n".join([head, title, f"<style>\n{style()}</style>", ground, *self.parts, "</svg>", ""])


def _class(kind: str) -> str:
    return f' class="{kind}"' if kind else ""
