"""The sample catalogue's pictures, drawn when they are asked for."""

from typing import Protocol

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency
from litestar.exceptions import NotFoundException
from litestar.params import FromPath, SkipValidation

from app.search.schemas import HitItem

_SUFFIX = ".svg"


class ItemLookup(Protocol):
    """Finds an item by the shop's id, and may block while it does."""

    def by_id(self, item_id: str) -> HitItem | None: ...


@get("/sample/pictures/{name:str}", sync_to_thread=True, include_in_schema=False)
def sample_picture(
    name: FromPath[str], item_lookup: NamedDependency[SkipValidation[ItemLookup]]
) -> Response[str]:
    # Imported here because a shop with a catalogue of its own never draws.
    from app.sample.pictures import draw_picture

    item = item_lookup.by_id(name.removesuffix(_SUFFIX)) if name.endswith(_SUFFIX) else None
    if item is None:
        raise NotFoundException("there is no such picture")
    return Response(
        draw_picture(msgspec.to_builtins(item)),
        media_type="image/svg+xml",
        headers={
            "Cache-Control": "public, max-age=86400",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
        },
    )
