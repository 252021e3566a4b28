"""A place of their own for pages that are run."""

from __future__ import annotations

import pytest


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    """An empty folder to work in, with no setting of whoever runs the tests."""
    for name in ("CITYFUND_DB", "CITYFUND_ACTOR", "CITYFUND_DEBUG"):
        monkeypatch.setenv(name, "")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path
