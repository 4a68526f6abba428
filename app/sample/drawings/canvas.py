"""The few strokes that all drawings are made of, as SVG text on a 400 by 400 canvas."""

from collections.abc import Callable

from app.sample.palette import Paint

Drawing = Callable[[Paint], str]

INK = "#363b45"
STEEL = "#c3cad2"
IRON = "#8d96a1"
PAPER = "#fcf9f3"
WOOD = "#b98a5a"
GLASS = "#d3e6ef"
SCREEN = "#28313f"


def rect(x: float, y: float, w: float, h: float, fill: str, r: float = 0) -> str:
    """A rectangle with corners rounded by `r`."""
    corner = f' rx="{r:g}"' if r else ""
    return f'<rect x="{x:g}" y="{y:g}" width="{w:g}" height="{h:g}"{corner} fill="{fill}"/>'


def disc(x: float, y: float, r: float, fill: str) -> str:
    """A circle."""
    return f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="{fill}"/>'


def oval(x: float, y: float, rx: float, ry: float, fill: str) -> str:
    """An ellipse."""
    return f'<ellipse cx="{x:g}" cy="{y:g}" rx="{rx:g}" ry="{ry:g}" fill="{fill}"/>'


def area(d: str, fill: str) -> str:
    """A filled path."""
    return f'<path d="{d}" fill="{fill}"/>'


def line(d: str, colour: str, width: float) -> str:
    """A drawn path with round ends."""
    return (
        f'<path d="{d}" fill="none" stroke="{colour}" stroke-width="{width:g}" '
        'stroke-linecap="round" stroke-linejoin="round"/>'
    )


def ring(x: float, y: float, r: float, colour: str, width: float) -> str:
    """A circle without filling."""
    return (
        f'<circle cx="{x:g}" cy="{y:g}" r="{r:g}" fill="none" stroke="{colour}" '
        f'stroke-width="{width:g}"/>'
    )


def turned(angle: float, *parts: str) -> str:
    """The parts, turned about the middle of the canvas by degrees."""
    return f'<g transform="rotate({angle:g} 200 200)">{"".join(parts)}</g>'


def draw(*parts: str) -> str:
    """One drawing from its parts, the hindmost first."""
    return "".join(parts)
