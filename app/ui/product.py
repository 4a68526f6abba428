"""One item's page at `/items/{id}`, with its variants and what goes with it."""

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromPath, SkipValidation
from litestar.response import Template

from app.search.schemas import HitItem
from app.ui.addresses import Address
from app.ui.controller import shop_headers
from app.ui.modules import SHOP, page_modules
from app.ui.pictures import ItemLookup
from app.ui.product_view import view_product
from app.ui.recommendations import Recommending, bought_with, similar_to
from app.ui.searching import Searcher
from indexing.filters import AnyOf
from indexing.queries import SearchQuery

MOST_VARIANTS = 50


class ProductPage(Controller):
    path = "/items"
    include_in_schema = False

    @get("/{item_id:path}", sync_to_thread=True, name="product-page")
    def show(
        self,
        item_id: FromPath[str],
        item_lookup: NamedDependency[SkipValidation[ItemLookup]],
        search: NamedDependency[SkipValidation[Searcher]],
        recommending: NamedDependency[SkipValidation[Recommending]],
    ) -> Template:
        # An id may have a slash in it; the one before it is the address's own.
        wanted = item_id.removeprefix("/")
        item = item_lookup.by_id(wanted)
        context = {"address": Address(), "modules": page_modules(SHOP), "item_id": wanted}
        if item is None:
            return Template(
                template_name="no_product.html",
                context=context,
                headers=shop_headers(),
                status_code=404,
            )
        shelves = (bought_with(recommending, item.id), similar_to(recommending, item.id))
        product = view_product(item, _variants_of(search, item))
        return Template(
            template_name="product.html",
            context={**context, "product": product, "shelves": shelves},
            headers=shop_headers(),
        )


def _variants_of(search: Searcher, item: HitItem) -> list[HitItem]:
    """All items of its product group; a rule that would lead elsewhere leaves it alone."""
    query = SearchQuery(
        filter=AnyOf("group_id", (item.group_id or item.id,)), group=False, per_page=MOST_VARIANTS
    )
    return [hit.item for hit in search.show(query).response.hits]
