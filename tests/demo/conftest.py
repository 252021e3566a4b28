"""The demonstration, played once for all tests that ask for its ledger or its document."""

from __future__ import annotations

import gc
import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import pytest

from cli.main import main
from ledger.core.errors import ExitCode


@pytest.fixture(scope="session")
def kept_with_document(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    path, out = tmp_path_factory.mktemp("kept") / "kept.db", io.StringIO()
    with redirect_stdout(out):
        assert main(["demo", "--json", "--keep", str(path)]) == ExitCode.DONE
    gc.collect()  # closes the connections, as the end of a process does
    return path, json.loads(out.getvalue())


@pytest.fixture(scope="session")
def kept(kept_with_document: tuple[Path, dict[str, Any]]) -> Path:
    """The demonstration's own ledger, kept."""
    return kept_with_document[0]


@pytest.fixture(scope="session")
def document(kept_with_document: tuple[Path, dict[str, Any]]) -> dict[str, Any]:
    """What a script gets of the demonstration."""
    return kept_with_document[1]
