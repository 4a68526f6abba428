"""Every drawing by its name; a product type names the one it is shown with."""

from functools import cache

from app.sample.drawings import (
    care,
    clothing,
    electronics,
    furniture,
    kitchen,
    nursery,
    office,
    outdoors,
    pets,
)
from app.sample.drawings.canvas import Drawing


@cache
def drawings() -> dict[str, Drawing]:
    """Every drawing by its name."""
    return (
        electronics.DRAWINGS
        | office.DRAWINGS
        | kitchen.DRAWINGS
        | furniture.DRAWINGS
        | clothing.DRAWINGS
        | outdoors.DRAWINGS
        | nursery.DRAWINGS
        | pets.DRAWINGS
        | care.DRAWINGS
    )
