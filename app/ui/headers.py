"""The headers that every page of ours is sent with; the search page and the studio ask for them."""


def page_headers(inline_script: str = "") -> dict[str, str]:
    """`inline_script` is the base64 SHA-256 of the one script that may stand in the page itself."""
    scripts = f"'self' 'sha256-{inline_script}'" if inline_script else "'self'"
    return {
        "Cache-Control": "no-cache",
        # Titles and picture addresses come from the shop's feed: whatever they hold, none of it
        # runs.
        "Content-Security-Policy": (
            f"default-src 'none'; script-src {scripts}; style-src 'self'; "
            "style-src-attr 'unsafe-inline'; img-src 'self' data: http: https:; "
            "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        ),
        "Referrer-Policy": "same-origin",
    }
