"""Draws the picture of an item as SVG; the web app calls it when a picture is asked for."""

from collections.abc import Mapping
from html import escape
from zlib import crc32

from app.sample.catalogue import type_of
from app.sample.departments import departments_by_type, product_types
from app.sample.drawings import drawings
from app.sample.palette import COLOURS, mixed, paint_for

SIZE_LIMIT = 2500

_PLAIN_TINT = "#e6e6e2"
_PLAIN_DRAWING = "game_box"
# Attributes that decide the colour of the drawing, the first that names a colour wins.
_COLOURING = ("colour", "ink", "material", "handle", "kind", "flavour")


def draw_picture(item: Mapping[str, object]) -> str:
    """An SVG of 400 by 400, under `SIZE_LIMIT` bytes; an item of no known type gets a box."""
    key = type_of(item)
    name = product_types()[key].drawing if key else _PLAIN_DRAWING
    tint = departments_by_type()[key].tint if key else _PLAIN_TINT
    # The group decides shape, the item decides colour, so variants look like siblings.
    chance = crc32(str(item.get("group_id") or item.get("id")).encode())
    body = drawings()[name](paint_for(_colour_of(item), chance))
    lighter = mixed(tint, "#ffffff", 0.45)
    halo = (
        f'<circle cx="200" cy="200" r="164" fill="{lighter}"/>',
        f'<path d="M0 262Q100 236 200 258T400 250V400H0Z" fill="{lighter}"/>',
        f'<rect x="44" y="44" width="312" height="312" rx="60" fill="{lighter}"/>',
    )[(chance // 3) % 3]
    return (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 400" role="img">'
        f"<title>{escape(str(item.get('title', '')))}</title>"
        f'<rect width="400" height="400" fill="{tint}"/>{halo}'
        f'<ellipse cx="200" cy="322" rx="124" ry="11" fill="{mixed(tint, "#3a3a44", 0.28)}"/>'
        f"{body}</svg>"
    )


def _colour_of(item: Mapping[str, object]) -> str:
    attributes = item.get("attributes")
    if isinstance(attributes, Mapping):
        for name in _COLOURING:
            value = str(attributes.get(name, ""))
            if value in COLOURS:
                return value
    return ""
