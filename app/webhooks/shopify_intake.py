"""Takes in what Shopify says of a product: all its variants at once, never an older message over a
newer one."""

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert

from app.db.tables import items, product_versions
from app.items.changes import Change
from app.items.ingest import Incoming
from app.items.ledger import Ledger
from app.items.repository import LIVE
from app.items.service import submit
from app.tasks.repository import Task, create_task, settle_task
from app.webhooks.shopify import ShopifyProduct
from indexing.documents import ItemId

SOURCE = "shopify"


def take_product(connection: Connection, ledger: Ledger, product: ShopifyProduct) -> Task:
    """The caller commits. Variants that are no longer there are deleted; a message that is older
    than the newest about its product changes nothing, since each is about the whole product."""
    request = {"product_id": product.product_id}
    if not _is_newest(connection, product):
        task_id = create_task(connection, "webhook.shopify", SOURCE, request)
        return settle_task(connection, task_id, {"received": 1, "stale": 1}, 0, ())
    changes = [*product.items, *_deletions(connection, product)]
    incoming = [
        Incoming(change=change, item_id=change.item_id, operation=change.operation)
        for change in changes
    ] + [
        Incoming(
            problems=rejected.problems,
            item_id=rejected.item_id,
            document=rejected.variant,
        )
        for rejected in product.rejected
    ]
    task, _ = submit(connection, ledger, incoming, "webhook.shopify", SOURCE, SOURCE, request)
    return task


def _is_newest(connection: Connection, product: ShopifyProduct) -> bool:
    """Notes the message where it is; locks the product, so that two messages take turns."""
    insertion = insert(product_versions).values(
        source=SOURCE, product_id=product.product_id, version=product.version
    )
    noted = connection.execute(
        insertion.on_conflict_do_update(
            index_elements=["source", "product_id"],
            set_={"version": insertion.excluded.version},
            where=product_versions.c.version <= insertion.excluded.version,
        ).returning(product_versions.c.version)
    ).first()
    return noted is not None


def _deletions(connection: Connection, product: ShopifyProduct) -> list[Change]:
    known = connection.execute(
        select(items.c.id).where(items.c.group_id == product.product_id, LIVE)
    ).scalars()
    return [
        Change(operation="delete", item_id=item_id, version=product.version)
        for item_id in product.gone([ItemId(item_id) for item_id in known])
    ]
