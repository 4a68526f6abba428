"""What `create_app` needs to serve the pages: templates, static files, handlers."""

from pathlib import Path
from typing import NamedTuple

from litestar.datastructures import CacheControlHeader
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.router import Router
from litestar.static_files import create_static_files_router
from litestar.template import TemplateConfig
from litestar.types import ControllerRouterHandler

from app.ui.assets import STATIC, static_addresses
from app.ui.controller import SearchPage
from app.ui.pictures import sample_picture
from app.ui.product import ProductPage
from app.ui.studio import StudioPage

_PACKAGE = Path(__file__).parent
_YEAR = 365 * 24 * 60 * 60


class UiParts(NamedTuple):
    template_config: TemplateConfig[JinjaTemplateEngine]
    route_handlers: list[ControllerRouterHandler]


def ui_plugin_parts() -> UiParts:
    """The handlers ask for the dependencies `search`, `recommending` and `item_lookup` by name."""
    templates = TemplateConfig(
        # The engine escapes what it inserts, in every template.
        engine=JinjaTemplateEngine,
        directory=_PACKAGE / "templates",
        engine_callback=_prepare,
    )
    return UiParts(
        templates, [SearchPage, ProductPage, StudioPage, sample_picture, _static_files()]
    )


def _prepare(engine: JinjaTemplateEngine) -> None:
    engine.engine.globals["static"] = static_addresses()
    engine.engine.trim_blocks = True
    engine.engine.lstrip_blocks = True


def _static_files() -> Router:
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        cache_control=CacheControlHeader(public=True, max_age=_YEAR, immutable=True),
    )
