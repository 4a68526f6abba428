"""The scripts of a page: modules that import each other by plain names, without a build step."""

import base64
import hashlib
import json
from functools import cache
from typing import NamedTuple

from app.ui.assets import static_addresses

SHOP = "shop/"
STUDIO = "studio/"


class PageModules(NamedTuple):
    """What a page needs to load the scripts of one folder."""

    import_map: str
    digest: str
    """The import map's SHA-256, without which the page's content policy would refuse it."""
    addresses: tuple[str, ...]


@cache
def page_modules(folder: str) -> PageModules:
    """Static files are kept for a year under an address with a digest of their content, but the
    scripts import each other by plain names (`./dom.js`). The import map leads every such name to
    the address with the digest, so that a new release never runs beside an old module; the
    scripts' text stays free of addresses, and no build step is needed."""
    addresses = {
        address.partition("?")[0]: address
        for name, address in static_addresses().items()
        if name.startswith(folder) and name.endswith(".js")
    }
    import_map = json.dumps({"imports": addresses})
    digest = base64.b64encode(hashlib.sha256(import_map.encode()).digest()).decode()
    return PageModules(import_map, digest, tuple(addresses.values()))
