"""The merchandising studio at `/studio`: one page, which works over `/v1/admin` in the browser."""

import base64
import hashlib
import json
from functools import cache
from typing import NamedTuple

from litestar import Controller, get
from litestar.response import Template

from app.ui.assets import static_addresses
from app.ui.headers import page_headers

_MODULES = "studio/"


class StudioModules(NamedTuple):
    """What the page needs to load the studio's scripts."""

    import_map: str
    digest: str
    """The import map's SHA-256, without which the page's content policy would refuse it."""
    addresses: tuple[str, ...]


class StudioPage(Controller):
    path = "/studio"
    include_in_schema = False

    @get("/", sync_to_thread=False, name="studio")
    def show(self) -> Template:
        """The same for everyone: what a visitor may see is decided by the API, key by key."""
        modules = studio_modules()
        return Template(
            template_name="studio.html",
            context={"modules": modules},
            headers=page_headers(modules.digest),
        )


@cache
def studio_modules() -> StudioModules:
    """Static files are kept for a year under an address with a digest of their content, but the
    scripts import each other by plain names (`./dom.js`). The import map leads every such name to
    the address with the digest, so that a new release never runs beside an old module; the
    scripts' text stays free of addresses, and no build step is needed."""
    addresses = {
        address.partition("?")[0]: address
        for name, address in static_addresses().items()
        if name.startswith(_MODULES) and name.endswith(".js")
    }
    import_map = json.dumps({"imports": addresses})
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    return StudioModules(import_map, digest, tuple(addresses.values()))
