"""The departments of the sample shop, in the order in which the shop shows them."""

from functools import cache

from app.sample.blueprint import Department, ProductType
from app.sample.departments.baby import BABY
from app.sample.departments.beauty import BEAUTY
from app.sample.departments.books import BOOKS
from app.sample.departments.computers import COMPUTERS
from app.sample.departments.electronics import ELECTRONICS
from app.sample.departments.furniture import FURNITURE
from app.sample.departments.garden import GARDEN
from app.sample.departments.kitchen import KITCHEN
from app.sample.departments.men import MEN
from app.sample.departments.pantry import PANTRY
from app.sample.departments.pets import PETS
from app.sample.departments.shoes import SHOES
from app.sample.departments.sports import SPORTS
from app.sample.departments.toys import TOYS
from app.sample.departments.women import WOMEN

DEPARTMENTS = (
    ELECTRONICS,
    COMPUTERS,
    KITCHEN,
    FURNITURE,
    WOMEN,
    MEN,
    SHOES,
    SPORTS,
    TOYS,
    BEAUTY,
    GARDEN,
    BOOKS,
    PETS,
    PANTRY,
    BABY,
)


@cache
def product_types() -> dict[str, ProductType]:
    """Every product type by its key."""
    return {one.key: one for department in DEPARTMENTS for one in department.types}


@cache
def departments_by_type() -> dict[str, Department]:
    """The department that sells each type, by the type's key."""
    return {one.key: department for department in DEPARTMENTS for one in department.types}


@cache
def keys_by_path() -> dict[tuple[str, ...], str]:
    """The type of each full category path; a path names one type only."""
    return {
        (department.name, *one.path): one.key
        for department in DEPARTMENTS
        for one in department.types
    }
