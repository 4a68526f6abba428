"""Collections on a Qdrant server: two aliases name the live one and the one before. Names and
aliases begin with a prefix, so that several databases share a server; `app/live.py` opens it."""

import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from qdrant_client import QdrantClient, models

from indexing.collection import CollectionSpec, Placement
from indexing.collections import (
    CollectionInfo,
    CollectionIsLive,
    ForeignIndex,
    NoPreviousCollection,
    NoSuchCollection,
    collection_number,
    is_collection_name,
    new_name,
)
from indexing.errors import IndexUnavailable
from indexing.index import ItemIndex
from indexing.qdrant_index import ONE_NODE, QdrantItemIndex, create_collection, qdrant_errors

PREFIX = "endcap"
"""Of what was made for no database in particular."""

UNOWNED_LIVE = "endcap-live"
UNOWNED_PREVIOUS = "endcap-previous"
"""The aliases of a release whose collections had no owner (0.1.0), whatever database it used."""

_METADATA = "endcap"
_ADOPTED_BY = "endcap_prefix"
"""Of a collection that a release without prefixes has named: the prefix that it counts under."""

OLDEST_SERVER = (1, 16)
"""The first with metadata of collections and with conditional writes. An older one passes over what
it does not know, and would let an older item overwrite a newer one in silence."""


def prefix_of(owner: str) -> str:
    """Where the settings name none: of the owner, so that two databases never meet."""
    return f"{PREFIX}-{owner.replace('-', '')[:12]}"


class QdrantCollections:
    """The spec and the owner are kept in a collection's metadata. Aliases change in one request:
    whoever asks meanwhile waits for its end. The client is taken over, and closed with the
    collections."""

    def __init__(
        self,
        client: QdrantClient,
        placement: Placement = ONE_NODE,
        owner: str = "",
        prefix: str = PREFIX,
    ) -> None:
        self._client = client
        self._placement = placement
        self.owner = owner
        self._prefix = prefix
        self._live_alias = f"{prefix}-live"
        self._previous_alias = f"{prefix}-previous"
        with qdrant_errors():
            _require_version(client.info().version)

    def foreign(self) -> Sequence[CollectionInfo]:
        if not self.owner:
            return ()
        aliases = self._aliases()
        aliased = {aliases.get(alias) for alias in (self._live_alias, self._previous_alias)}
        found = {}
        for name in (*self._named(), *sorted(name for name in aliased if name)):
            info = self._info(name)
            if info is None and name in aliased and self._exists(name):
                raise self.refusal()
            if info is not None and info.owner not in ("", self.owner):
                found[name] = info
        return list(found.values())

    def unowned(self) -> Sequence[CollectionInfo]:
        if not self.owner:
            return ()
        aliases = self._aliases()
        if self._prefix != PREFIX and self._live_alias in aliases:
            return ()
        names = [aliases.get(alias) for alias in (UNOWNED_LIVE, UNOWNED_PREVIOUS)]
        infos = [self._info(name) for name in dict.fromkeys(names) if name]
        return [info for info in infos if info is not None and self._is_unowned(info)]

    def adopt(self, infos: Iterable[CollectionInfo]) -> None:
        for info in infos:
            own = msgspec.structs.replace(info, owner=self.owner)
            with qdrant_errors():
                self._client.update_collection(
                    info.name,
                    metadata={_METADATA: msgspec.to_builtins(own), _ADOPTED_BY: self._prefix},
                )
        self._rename_aliases()

    def refusal(self, kin: bool = False) -> ForeignIndex:
        whose = "the database that this one is a copy of" if kin else "another database"
        gone = ", or, if that database is gone, run `endcap adopt-index`" if kin else ""
        return ForeignIndex(
            f"ENDCAP_QDRANT_PREFIX: the index {self._prefix!r} on the Qdrant server belongs to "
            f"{whose} and stays as it is; set ENDCAP_QDRANT_PREFIX to a name that no other "
            f"installation uses on that server{gone}"
        )

    def live(self) -> CollectionInfo | None:
        return self._aliased(self._live_alias)

    def previous(self) -> CollectionInfo | None:
        previous = self._aliased(self._previous_alias)
        # The server saves one alias after the other; killed in between, it has the live one twice.
        return None if previous is None or previous == self.live() else previous

    def all(self) -> Sequence[CollectionInfo]:
        infos = [self._info(name) for name in self._names()]
        return [self._own(info) for info in infos if info is not None]

    def create(self, spec: CollectionSpec) -> CollectionInfo:
        self._refuse_foreign()
        now = datetime.now(UTC)
        name = new_name(spec, self._names(), now, self._prefix)
        info = CollectionInfo(name, spec, now, self.owner)
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
        self._own(to)
        live = self.live()
        if live is None or live.name != to.name:
            self._point(to.name, None if live is None else live.name)

    def switch_back(self) -> CollectionInfo:
        previous = self.previous()
        if previous is None:
            raise NoPreviousCollection("there is no earlier collection to go back to")
        live = self.live()
        self._point(previous.name, None if live is None else live.name)
        return previous

    def drop(self, info: CollectionInfo) -> None:
        live = self.live()
        if live is not None and live.name == info.name:
            raise CollectionIsLive(f"{info.name} is live")
        there = self._info(info.name)
        if there is None:
            return
        self._own(there)
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
        if name is None:
            return None
        info = self._info(name)
        if info is None:
            if self.owner and self._exists(name):
                # Somebody else's, under the alias that we would move.
                raise self.refusal()
            return None
        return self._own(info)

    def _refuse_foreign(self) -> None:
        self.live()
        self.previous()
        self.all()

    def _own(self, info: CollectionInfo) -> CollectionInfo:
        if self.owner not in ("", info.owner):
            raise self.refusal()
        return info

    def _is_unowned(self, info: CollectionInfo) -> bool:
        # Or adopted by a try that was cut off before the aliases were renamed.
        return not info.owner or (self._prefix != PREFIX and self._was_adopted(info.name))

    def _names(self) -> list[str]:
        return sorted([*self._named(), *self._adopted()], key=collection_number)

    def _named(self) -> list[str]:
        return [name for name in self._all_names() if is_collection_name(name, self._prefix)]

    def _adopted(self) -> list[str]:
        """Those that an earlier release has named without a prefix."""
        bare = [name for name in self._all_names() if is_collection_name(name)]
        return [name for name in bare if self.owner and self._was_adopted(name)]

    def _all_names(self) -> list[str]:
        with qdrant_errors():
            answer = self._client.get_collections()
        return [entry.name for entry in answer.collections]

    def _was_adopted(self, name: str) -> bool:
        """By this database, under this prefix: a copy of it may have another."""
        info = self._info(name)
        by = self._metadata(name).get(_ADOPTED_BY)
        return info is not None and info.owner == self.owner and by == self._prefix

    def _info(self, name: str) -> CollectionInfo | None:
        """None for one that is not there, and for one that is not Endcap's."""
        metadata = self._metadata(name)
        if _METADATA not in metadata:
            return None
        try:
            return msgspec.convert(metadata[_METADATA], CollectionInfo, strict=False)
        except msgspec.ValidationError as error:
            raise IndexUnavailable(f"the metadata of {name} is damaged: {error}") from error

    def _metadata(self, name: str) -> dict[str, Any]:
        if not self._exists(name):
            return {}
        with qdrant_errors():
            return self._client.get_collection(name).config.metadata or {}

    def _exists(self, name: str) -> bool:
        with qdrant_errors():
            return self._client.collection_exists(name)

    def _require(self, name: str) -> None:
        if self._info(name) is None:
            raise NoSuchCollection(f"there is no collection {name} on the Qdrant server")

    def _point(self, live: str, previous: str | None) -> None:
        """Both in one request; setting an alias that is there moves it."""
        wanted = {self._live_alias: live}
        if previous is not None:
            wanted[self._previous_alias] = previous
        with qdrant_errors():
            self._client.update_collection_aliases(
                [
                    models.CreateAliasOperation(
                        create_alias=models.CreateAlias(alias_name=alias, collection_name=name)
                    )
                    for alias, name in wanted.items()
                ]
            )

    def _rename_aliases(self) -> None:
        """Those of the earlier release to ours, in one request."""
        aliases = self._aliases()
        renamed = {UNOWNED_LIVE: self._live_alias, UNOWNED_PREVIOUS: self._previous_alias}
        operations = [
            models.RenameAliasOperation(
                rename_alias=models.RenameAlias(old_alias_name=old, new_alias_name=new)
            )
            for old, new in renamed.items()
            if old != new and old in aliases and self._was_adopted(aliases[old])
        ]
        if operations:
            with qdrant_errors():
                self._client.update_collection_aliases(operations)


def _require_version(version: str) -> None:
    match = re.match(r"(\d+)\.(\d+)", version)
    if match and (int(match[1]), int(match[2])) < OLDEST_SERVER:
        oldest = ".".join(map(str, OLDEST_SERVER))
        raise IndexUnavailable(f"Endcap needs Qdrant {oldest} or later, and this is {version}")
