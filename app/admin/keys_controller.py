"""`/v1/admin/keys` over HTTP."""

from datetime import UTC, datetime
from typing import Annotated

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from app.admin.api_keys import ApiKey, Scope, create_key, list_keys, revoke_key
from app.admin.authentication import any_key, needs
from app.admin.parameters import KeyRequest
from app.body_values import SAYS_SOMETHING, Moment, check_moment
from app.errors import INVALID_REQUEST
from app.live import Live


class NewKey(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: Annotated[str, msgspec.Meta(max_length=100, pattern=SAYS_SOMETHING)]
    scopes: Annotated[tuple[Scope, ...], msgspec.Meta(min_length=1)]
    expires_at: Moment | None = None

    def __post_init__(self) -> None:
        check_moment("expires_at", self.expires_at)
        if self.expires_at is not None and self.expires_at <= datetime.now(UTC):
            raise ValueError("`expires_at` is past: the key would never be accepted")


class CreatedKey(ApiKey, frozen=True, kw_only=True):
    """`key` is shown this once."""

    key: str


class Keys(msgspec.Struct, frozen=True):
    keys: tuple[ApiKey, ...]


class Me(msgspec.Struct, frozen=True):
    """The key that asks."""

    id: str
    name: str
    scopes: tuple[str, ...]
    expires_at: datetime | None


class KeysController(Controller):
    path = "/v1/admin"
    tags = ("keys",)

    @get("/me", guards=[any_key], sync_to_thread=False)
    def me(self, request: KeyRequest) -> Me:
        """What the key that asks may do."""
        key = request.user
        return Me(key.id, key.name, key.scopes, key.expires_at)

    @post("/keys", guards=[needs("admin")], sync_to_thread=True, responses=INVALID_REQUEST)
    def create(
        self, request: KeyRequest, data: JSONBody[NewKey], services: NamedDependency[Live]
    ) -> CreatedKey:
        """Make a key; the answer shows it, and nothing ever does again."""
        with services.engine.begin() as connection:
            key, secret = create_key(
                connection, data.name, sorted(set(data.scopes)), request.user.actor, data.expires_at
            )
        services.keys.forget()
        return CreatedKey(**msgspec.structs.asdict(key), key=secret)

    @get("/keys", guards=[needs("admin")], sync_to_thread=True)
    def list(self, services: NamedDependency[Live]) -> Keys:
        """All keys, the newest first, without their secrets."""
        with services.engine.connect() as connection:
            return Keys(tuple(list_keys(connection)))

    @delete("/keys/{key_id:str}", guards=[needs("admin")], sync_to_thread=True)
    def revoke(
        self, request: KeyRequest, key_id: FromPath[str], services: NamedDependency[Live]
    ) -> None:
        """Refuse the key from now on; every process does within a second."""
        with services.engine.begin() as connection:
            revoke_key(connection, key_id, request.user.actor)
        services.keys.forget()
