"""Where Algolia's clients put the key: in a header, or in the address, where a browser asks for no
leave first."""

from app.admin.authentication import AnyConnection, bearer_secret

KEY = "x-algolia-api-key"


def algolia_secret(connection: AnyConnection) -> str:
    """Empty where there is none."""
    return (
        bearer_secret(connection)
        or connection.headers.get(KEY, "")
        # In an address, search-insights writes it with capitals.
        or next((value for name, value in _query(connection) if name.lower() == KEY), "")
    ).strip()


def _query(connection: AnyConnection) -> list[tuple[str, str]]:
    return [(name, str(value)) for name, value in connection.query_params.multi_items()]
