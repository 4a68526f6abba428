"""The service's settings, read once from the environment; every name starts with `ENDCAP_`."""

from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit

import msgspec
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.durations import parse_duration
from app.webhooks.signatures import read_secrets
from indexing.collection import Placement, Quantization, ReadConsistency, WriteOrdering

PREFIX = "ENDCAP_"
MIN_ADMIN_KEY = 20
"""Characters of an admin key of one's own, which everything can be done with."""

ENCODER_SERVICE = "service:"
"""Before a model's name it means that the service of ENDCAP_ENCODER_URL encodes with it."""

ANY_ORIGIN = "*"

_EXPECTED = {
    "ENCODER_TIMEOUT": "seconds, above 0 and at most 60",
    "PORT": "a whole number from 1 to 65535",
    "PUBLIC_SEARCH": "true or false",
    "QDRANT_GRPC": "true or false",
    "QDRANT_PREFIX": "at most 64 lower-case letters, digits, - and _, a letter or digit first",
    "VECTORS_ON_DISK": "true or false",
    "QDRANT_SHARDS": "a whole number from 1 to 1000",
    "QDRANT_REPLICAS": "a whole number from 1 to 100",
    "QDRANT_WRITE_CONSISTENCY": "a whole number from 1 to 100",
    "QDRANT_ORDERING": "weak, medium or strong",
    "QDRANT_CONSISTENCY": "a whole number from 1 on, or majority, quorum or all",
    "QUANTIZATION": "none, int8 or binary",
    "EXPLORATION": "a share from 0 to 1",
    "SUGGEST_MIN_SHOPPERS": "a whole number from 3 to 1000000",
}


class InvalidSetting(Exception):
    """A setting with a wrong value; the text is one line that names the variable."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """Where things lie and what is used; a URL that is not set means the embedded engine."""

    data_dir: Path = Path("var")
    host: Annotated[str, msgspec.Meta(min_length=1)] = "127.0.0.1"
    port: Annotated[int, msgspec.Meta(ge=1, le=65535)] = 8000
    database_url: str | None = None
    qdrant_url: str | None = None
    encoder: str | None = None
    encoder_url: str | None = None
    encoder_key: str | None = None
    encoder_model: str | None = None
    encoder_timeout: Annotated[float, msgspec.Meta(gt=0, le=60)] = 0.35
    scorer_url: str | None = None
    admin_key: str | None = None
    public_search: bool = True
    cors_origins: tuple[str, ...] | None = None
    webhook_secrets: tuple[str, ...] = ()
    shopify_secrets: tuple[str, ...] = ()
    shopify_mapping: Path | None = None
    qdrant_api_key: str | None = None
    qdrant_grpc: bool = False
    qdrant_prefix: Annotated[str, msgspec.Meta(pattern=r"^[a-z0-9][a-z0-9_-]{0,63}\Z")] | None = (
        None
    )
    qdrant_shards: Annotated[int, msgspec.Meta(ge=1, le=1000)] = 1
    qdrant_replicas: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    qdrant_write_consistency: Annotated[int, msgspec.Meta(ge=1, le=100)] = 1
    qdrant_ordering: WriteOrdering = "weak"
    qdrant_consistency: ReadConsistency = 1
    quantization: Quantization = "none"
    vectors_on_disk: bool = False
    exploration: Annotated[float, msgspec.Meta(ge=0, le=1)] = 0.0
    suggest_min_shoppers: Annotated[int, msgspec.Meta(ge=3, le=1_000_000)] = 3
    train_every: timedelta | None = None
    mlflow_url: str | None = None

    @property
    def placement(self) -> Placement:
        return Placement(
            shards=self.qdrant_shards,
            replicas=self.qdrant_replicas,
            write_consistency=self.qdrant_write_consistency,
            ordering=self.qdrant_ordering,
            consistency=self.qdrant_consistency,
        )

    @property
    def encoder_name(self) -> str:
        """Of the encoder that new collections are made with, as they keep it: a name or folder, or
        a service, whose address is no part of it; empty for the one that comes with Endcap."""
        if self.encoder_url is not None:
            return f"{ENCODER_SERVICE}{self.encoder_model or ''}"
        return self.encoder or ""

    @property
    def allowed_origins(self) -> tuple[str, ...]:
        """Whose pages may call what shoppers' browsers call (decision 0021); `*` is everyone's."""
        if self.cors_origins is not None:
            return self.cors_origins
        return (ANY_ORIGIN,) if self.public_search else ()

    @property
    def encoder_service_file(self) -> Path:
        return self.data_dir / "encoder-service.json"

    @property
    def encoders_dir(self) -> Path:
        return self.data_dir / "encoders"

    @property
    def admin_key_file(self) -> Path:
        return self.data_dir / "admin.key"

    @property
    def postgres_dir(self) -> Path:
        return self.data_dir / "postgres"

    @property
    def index_dir(self) -> Path:
        return self.data_dir / "index"

    @property
    def models_dir(self) -> Path:
        return self.data_dir / "models"

    @property
    def sample_dir(self) -> Path:
        return self.data_dir / "sample"

    @property
    def rejects_dir(self) -> Path:
        return self.data_dir / "rejects"


def read_settings(environment: Mapping[str, str]) -> Settings:
    """Raises `InvalidSetting` for a value that cannot be used and for a name that does not exist,
    since a misspelt variable would otherwise be ignored in silence."""
    types: dict[str, Any] = get_type_hints(Settings, include_extras=True)
    fields = {f"{PREFIX}{name.upper()}": name for name in Settings.__struct_fields__}
    values: dict[str, Any] = {}
    for variable, given in sorted(environment.items()):
        if not variable.startswith(PREFIX) or variable.startswith(f"{PREFIX}TEST_"):
            continue
        if variable not in fields:
            raise InvalidSetting(f"{variable}: no such setting; known are {', '.join(fields)}")
        if text := given.strip():
            values[fields[variable]] = _value(variable, text, types[fields[variable]])
    if "encoder" in values and "encoder_url" in values:
        raise InvalidSetting("ENDCAP_ENCODER_URL: set it or ENDCAP_ENCODER, not both")
    return Settings(**values)


def _value(variable: str, text: str, kind: Any) -> Any:
    if kind is Path:
        return _data_folder(variable, text)
    name = variable.removeprefix(PREFIX)
    if name == "SHOPIFY_MAPPING":
        return _file(variable, text)
    if name == "SHOPIFY_SECRETS":
        return tuple(part.strip() for part in text.split(",") if part.strip())
    if name == "CORS_ORIGINS":
        return _origins(variable, text)
    if name == "WEBHOOK_SECRETS":
        try:
            return read_secrets(text)
        except ValueError as error:
            raise InvalidSetting(f"{variable}: {error}") from None
    if name == "TRAIN_EVERY":
        try:
            return parse_duration(text)
        except ValueError as error:
            raise InvalidSetting(f"{variable}: expected {error}, got {text!r}") from None
    try:
        value = msgspec.convert(text, kind, strict=False)
    except msgspec.ValidationError:
        expected = _EXPECTED.get(variable.removeprefix(PREFIX), str(kind))
        raise InvalidSetting(f"{variable}: expected {expected}, got {text!r}") from None
    if variable == f"{PREFIX}DATABASE_URL":
        return _database_url(variable, text)
    if name in ("QDRANT_URL", "ENCODER_URL", "MLFLOW_URL") and not _is_web_address(text):
        raise InvalidSetting(f"{variable}: expected http://… or https://…, got {text!r}")
    if name == "SCORER_URL" and not _is_grpc_address(text):
        raise InvalidSetting(f"{variable}: expected grpc://host:port, got {text!r}")
    if name == "ENCODER_KEY" and not (text.isascii() and text.isprintable()):
        raise InvalidSetting(f"{variable}: expected printable ASCII, as a header can hold it")
    if variable == f"{PREFIX}ADMIN_KEY" and (len(text) < MIN_ADMIN_KEY or not text.isprintable()):
        raise InvalidSetting(f"{variable}: expected at least {MIN_ADMIN_KEY} printable characters")
    if variable == f"{PREFIX}ENCODER" and text.startswith((".", "/", "~")):
        folder = _expanded(variable, text)
        if not _is_folder(variable, folder):
            raise InvalidSetting(f"{variable}: there is no folder {text!r}")
        return str(folder)
    return value


def _data_folder(variable: str, text: str) -> Path:
    """It need not be there yet, but the nearest part of its path that is must be a folder."""
    folder = _expanded(variable, text)
    for part in (folder, *folder.parents):
        if _is_folder(variable, part):
            return folder
        if part.exists():
            raise InvalidSetting(f"{variable}: {str(part)!r} is not a folder")
    return folder


def _file(variable: str, text: str) -> Path:
    path = _expanded(variable, text)
    if not path.is_file():
        raise InvalidSetting(f"{variable}: there is no file {text!r}")
    return path


def _expanded(variable: str, text: str) -> Path:
    try:
        return Path(text).expanduser()
    except RuntimeError:
        raise InvalidSetting(f"{variable}: there is no such user's folder: {text!r}") from None


def _is_folder(variable: str, path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError as error:  # no leave to look, or a name that is too long
        raise InvalidSetting(f"{variable}: {str(path)!r}: {error.strerror}") from None


def _origins(variable: str, text: str) -> tuple[str, ...]:
    if text == "none":
        return ()
    origins = tuple(part.strip() for part in text.split(",") if part.strip())
    for origin in origins:
        # A browser sends scheme, host and port, and nothing behind them.
        if origin != ANY_ORIGIN and (not _is_web_address(origin) or origin.count("/") != 2):
            raise InvalidSetting(
                f"{variable}: expected none, * or origins such as https://shop.example, "
                f"got {origin!r}"
            )
    return origins


def _is_web_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        return address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
    except ValueError:  # a port or an IPv6 address that is none
        return False


def _is_grpc_address(text: str) -> bool:
    try:
        address = urlsplit(text)
        return (
            address.scheme == "grpc"
            and bool(address.hostname)
            and bool(address.port)
            and address.path in ("", "/")
        )
    except ValueError:
        return False


def _database_url(variable: str, text: str) -> str:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):  # SQLAlchemy lets a port that is no number through
        raise InvalidSetting(f"{variable}: not a database URL; expected postgresql://…") from None
    if url.get_backend_name() not in {"postgresql", "postgres"}:
        raise InvalidSetting(
            f"{variable}: Endcap needs PostgreSQL, expected postgresql://…, got {url.drivername}://"
        )
    return text
