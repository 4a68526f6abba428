"""`endcap reindex`: asks the running service for a rebuild of the index, and shows its progress."""

import time
from typing import Any

import click
import httpx

from app.commands.failures import CommandFailed
from app.commands.progress import progress_bar
from app.settings import Settings

LOOK_SECONDS = 0.5
_PATH = "/v1/admin/reindex"


def run_reindex(settings: Settings, encoder: str | None, reason: str, rollback: bool) -> int:
    """Returns the exit status: 1 where the live collection stayed as it was."""
    with httpx.Client(
        base_url=f"http://{settings.host}:{settings.port}",
        headers={"Authorization": f"Bearer {_key(settings)}"},
        timeout=30,
    ) as client:
        body = None if rollback else {"encoder": encoder, "reason": reason}
        task = _ask(client, "POST", f"{_PATH}/rollback" if rollback else _PATH, body)
        task = _follow(client, task)
    if task["status"] == "succeeded":
        click.echo(f"collection {task['progress']['collection']} is live")
        return 0
    reasons = "; ".join(error["reason"] for error in task["errors"])
    click.echo(f"{task['status']}: {reasons or 'no reason given'}; what was live stays live")
    return 1


def _follow(client: httpx.Client, task: Any) -> Any:
    with progress_bar("Rebuilding") as advance:
        seen = 0
        while task["status"] in ("enqueued", "processing"):
            time.sleep(LOOK_SECONDS)
            task = _ask(client, "GET", f"/v1/tasks/{task['id']}")
            progress = task["progress"] or {}
            if progress.get("phase") == "fill" and progress["done"] > seen:
                advance(progress["done"] - seen)
                seen = progress["done"]
    return task


def _ask(client: httpx.Client, method: str, path: str, body: Any = None) -> Any:
    try:
        response = client.request(method, path, json=body)
    except httpx.TransportError as error:
        raise CommandFailed(
            f"no service answers on {client.base_url} ({error}); start `endcap serve` first, or "
            "say where it is by ENDCAP_HOST and ENDCAP_PORT"
        ) from error
    if response.is_error:
        raise CommandFailed(f"the service refused: {response.status_code} {response.text[:500]}")
    return response.json()


def _key(settings: Settings) -> str:
    if settings.admin_key is not None:
        return settings.admin_key
    try:
        return settings.admin_key_file.read_text().strip()
    except OSError as error:
        raise CommandFailed(
            f"no admin key: {settings.admin_key_file}: {error.strerror}; set ENDCAP_ADMIN_KEY"
        ) from error
