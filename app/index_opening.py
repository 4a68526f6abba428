"""Opens the collections that the settings name, for the database that they name; whoever reads or
writes an index comes through here."""

from sqlalchemy import Engine

from app.db.identity import identify
from app.reindex.ownership import settle_ownership
from app.settings import InvalidSetting, Settings
from indexing.collections import Collections, ForeignIndex
from indexing.errors import IndexUnavailable


def open_own_collections(settings: Settings, engine: Engine) -> Collections:
    """Raises `ForeignIndex` where the index is another database's."""
    identity = identify(engine, settings)
    collections = open_collections(settings, identity.id)
    try:
        settle_ownership(engine, collections, identity, embedded=settings.qdrant_url is None)
    except BaseException:
        collections.close()
        raise
    return collections


def refuse_foreign_index(settings: Settings, engine: Engine) -> None:
    """For whoever writes to PostgreSQL before the index is opened: raises `ForeignIndex` while
    nothing has been touched. An index that is away, or open elsewhere, is for later."""
    try:
        open_own_collections(settings, engine).close()
    except ForeignIndex:
        raise
    except (IndexUnavailable, InvalidSetting):
        pass


def open_collections(settings: Settings, owner: str) -> Collections:
    """Qdrant Edge or the server named by URL; imported here, so that only one is ever loaded.
    `owner` is the identity of a database; whose the index is has yet to be settled."""
    if settings.qdrant_url is None:
        from indexing.edge_collections import EdgeCollections

        return EdgeCollections(settings.index_dir, owner)
    from qdrant_client import QdrantClient

    from indexing.qdrant_collections import QdrantCollections, prefix_of

    # The client's own version check only warns; the first request tells what is wrong.
    client = QdrantClient(
        url=settings.qdrant_url,
        api_key=settings.qdrant_api_key,
        prefer_grpc=settings.qdrant_grpc,
        timeout=10,
        check_compatibility=False,
    )
    try:
        prefix = settings.qdrant_prefix or prefix_of(owner)
        return QdrantCollections(client, settings.placement, owner, prefix)
    except IndexUnavailable as error:
        raise InvalidSetting(f"ENDCAP_QDRANT_URL: {error}") from error
