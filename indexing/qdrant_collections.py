"""Collections on a Qdrant server: two aliases name the live one and the one before; `app/live.py`
opens it."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec
from qdrant_client import QdrantClient, models

from indexing.collection import CollectionSpec, Placement
from indexing.collections import (
    CollectionInfo,
    CollectionIsLive,
    NoPreviousCollection,
    NoSuchCollection,
    collection_number,
    is_collection_name,
    new_name,
)
from indexing.errors import IndexUnavailable
from indexing.index import ItemIndex
from indexing.qdrant_index import ONE_NODE, QdrantItemIndex, create_collection, qdrant_errors

LIVE_ALIAS = "endcap-live"
PREVIOUS_ALIAS = "endcap-previous"
_METADATA = "endcap"

OLDEST_SERVER = (1, 16)
"""The first with metadata of collections and with conditional writes. An older one passes over what
it does not know, and would let an older item overwrite a newer one in silence."""


class QdrantCollections:
    """The spec is kept in a collection's metadata. Aliases change in one request: whoever asks
    meanwhile waits for its end. The client is taken over, and closed with the collections."""

    def __init__(self, client: QdrantClient, placement: Placement = ONE_NODE) -> None:
        self._client = client
        self._placement = placement
        with qdrant_errors():
            _require_version(client.info().version)

    def live(self) -> CollectionInfo | None:
        return self._aliased(LIVE_ALIAS)

    def previous(self) -> CollectionInfo | None:
        previous = self._aliased(PREVIOUS_ALIAS)
        # The server saves one alias after the other; killed in between, it has the live one twice.
        return None if previous is None or previous == self.live() else previous

    def all(self) -> Sequence[CollectionInfo]:
        infos = [self._info(name) for name in self._names()]
        return [info for info in infos if info is not None]

    def create(self, spec: CollectionSpec) -> CollectionInfo:
        now = datetime.now(UTC)
        info = CollectionInfo(new_name(spec, self._names(), now), spec, now)
        with qdrant_errors():
            create_collection(
                self._client,
                info.name,
                spec,
                self._placement,
                {_METADATA: msgspec.to_builtins(info)},
            )
        return info

    def open(self, info: CollectionInfo) -> ItemIndex:
        self._require(info.name)
        return QdrantItemIndex(self._client, info.name, self._placement)

    def settle(self, info: CollectionInfo) -> None:
        """A server optimises in the background."""
        self._require(info.name)

    def switch(self, to: CollectionInfo) -> None:
        self._require(to.name)
        live = self._aliases().get(LIVE_ALIAS)
        if live != to.name:
            self._point(to.name, live)

    def switch_back(self) -> CollectionInfo:
        previous = self.previous()
        if previous is None:
            raise NoPreviousCollection("there is no earlier collection to go back to")
        self._point(previous.name, self._aliases().get(LIVE_ALIAS))
        return previous

    def drop(self, info: CollectionInfo) -> None:
        if self._aliases().get(LIVE_ALIAS) == info.name:
            raise CollectionIsLive(f"{info.name} is live")
        if self._info(info.name) is None:
            return
        with qdrant_errors():
            self._client.delete_collection(info.name)

    def set_aside(self, info: CollectionInfo) -> None:
        """A server looks after its own files, and nothing of it is ever called damaged."""
        raise IndexUnavailable(f"{info.name} is the Qdrant server's to repair")

    def close(self) -> None:
        self._client.close()

    def _aliases(self) -> dict[str, str]:
        with qdrant_errors():
            answer = self._client.get_aliases()
        return {alias.alias_name: alias.collection_name for alias in answer.aliases}

    def _aliased(self, alias: str) -> CollectionInfo | None:
        name = self._aliases().get(alias)
        return None if name is None else self._info(name)

    def _names(self) -> list[str]:
        with qdrant_errors():
            answer = self._client.get_collections()
        names = [entry.name for entry in answer.collections if is_collection_name(entry.name)]
        return sorted(names, key=collection_number)

    def _info(self, name: str) -> CollectionInfo | None:
        """None for one that is not there, and for one that is not ours or half made."""
        with qdrant_errors():
            if not self._client.collection_exists(name):
                return None
            metadata = self._client.get_collection(name).config.metadata or {}
        if _METADATA not in metadata:
            return None
        try:
            return msgspec.convert(metadata[_METADATA], CollectionInfo, strict=False)
        except msgspec.ValidationError as error:
            raise IndexUnavailable(f"the metadata of {name} is damaged: {error}") from error

    def _require(self, name: str) -> None:
        if self._info(name) is None:
            raise NoSuchCollection(f"there is no collection {name} on the Qdrant server")

    def _point(self, live: str, previous: str | None) -> None:
        """Both in one request; setting an alias that is there moves it."""
        wanted = {LIVE_ALIAS: live} | ({PREVIOUS_ALIAS: previous} if previous else {})
        with qdrant_errors():
            self._client.update_collection_aliases(
                [
                    models.CreateAliasOperation(
                        create_alias=models.CreateAlias(alias_name=alias, collection_name=name)
                    )
                    for alias, name in wanted.items()
                ]
            )


def _require_version(version: str) -> None:
    match = re.match(r"(\d+)\.(\d+)", version)
    if match and (int(match[1]), int(match[2])) < OLDEST_SERVER:
        oldest = ".".join(map(str, OLDEST_SERVER))
        raise IndexUnavailable(f"Endcap needs Qdrant {oldest} or later, and this is {version}")
