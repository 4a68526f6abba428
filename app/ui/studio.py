"""The merchandising studio at `/studio`: one page, which works over `/v1/admin` in the browser."""

from litestar import Controller, get
from litestar.response import Template

from app.ui.headers import page_headers
from app.ui.modules import STUDIO, page_modules


class StudioPage(Controller):
    path = "/studio"
    include_in_schema = False

    @get("/", sync_to_thread=False, name="studio")
    def show(self) -> Template:
        """The same for everyone: what a visitor may see is decided by the API, key by key."""
        modules = page_modules(STUDIO)
        return Template(
            template_name="studio.html",
            context={"modules": modules},
            headers=page_headers(modules.digest),
        )
