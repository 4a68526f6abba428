"""What `create_app` needs to serve the search page: templates, static files, handlers."""

import hashlib
from pathlib import Path
from typing import NamedTuple

from litestar.datastructures import CacheControlHeader
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.router import Router
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from app.ui.controller import SearchPage
from app.ui.pictures import sample_picture

_PACKAGE = Path(__file__).parent
_STATIC = _PACKAGE / "static"
_YEAR = 365 * 24 * 60 * 60


class UiParts(NamedTuple):
    template_config: TemplateConfig[JinjaTemplateEngine]
    route_handlers: list[ControllerRouterHandler]


def ui_plugin_parts() -> UiParts:
    """The handlers ask for the dependencies `search` and `item_lookup` by name."""
    templates = TemplateConfig(
        # The engine escapes what it inserts, in every template.
        engine=JinjaTemplateEngine,
        directory=_PACKAGE / "templates",
        engine_callback=_prepare,
    )
    return UiParts(templates, [SearchPage, sample_picture, _static_files()])


def static_addresses() -> dict[str, str]:
    """Each static file's address, with a digest of what is in it: new content, new address."""
    return {
        path.relative_to(_STATIC).as_posix(): (
            f"/static/{path.relative_to(_STATIC).as_posix()}"
            f"?v={hashlib.sha256(path.read_bytes()).hexdigest()[:12]}"
        )
        for path in sorted(_STATIC.rglob("*"))
        if path.is_file()
    }


def _prepare(engine: JinjaTemplateEngine) -> None:
    engine.engine.globals["static"] = static_addresses()
    engine.engine.trim_blocks = True
    engine.engine.lstrip_blocks = True


def _static_files() -> Router:
    return create_static_files_router(
        path="/static",
        directories=[_STATIC],
        cache_control=CacheControlHeader(public=True, max_age=_YEAR, immutable=True),
    )
