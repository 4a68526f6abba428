"""What the routes under `/v1/admin` have in common: who asks, and which page."""

from typing import Annotated, Any

from litestar import Request
from litestar.params import QueryParameter

from app.admin.api_keys import ApiKey

KeyRequest = Request[ApiKey, Any, Any]
"""A request whose `user` is the key that asks, as the guards have left it there."""

Page = Annotated[int, QueryParameter(ge=1)]
PerPage = Annotated[int, QueryParameter(ge=1, le=200)]
