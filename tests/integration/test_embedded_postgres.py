"""The embedded PostgreSQL's files, copied in a way that loses who owns them."""

import os
import shutil
from pathlib import Path

import pytest

from app.db.postgres import DatabaseUnavailable, EmbeddedPostgres


@pytest.mark.skipif(os.geteuid() != 0, reason="only started by root it runs as a user of its own")
def test_copy_without_owners_says_how_to_copy(tmp_path: Path) -> None:
    EmbeddedPostgres(tmp_path / "postgres").stop()
    shutil.copytree(tmp_path / "postgres", tmp_path / "copy")

    with pytest.raises(DatabaseUnavailable, match="cp -a"):
        EmbeddedPostgres(tmp_path / "copy")
