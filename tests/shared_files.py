"""Where real files of other people are, for the tests that read them where they are present."""

from __future__ import annotations

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[1].resolve().parent / "shared" / "data"
"""The folder beside the project; no file of it is copied here."""

needs_shared_files = pytest.mark.skipif(
    not SHARED.is_dir(), reason="the real data of ../shared/data is not here"
)
