"""What `doctor` finds on this machine where the database cannot be reached or opened."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from officer import without_settings

from cli.main import main
from ledger.core.errors import ExitCode

SECRET = "not-shown-5"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the config file of a user, which others can read, in a folder of its own."""
    without_settings(monkeypatch, tmp_path)
    file = tmp_path / "config" / "cityfund" / "config.toml"
    file.parent.mkdir(parents=True)
    file.touch(mode=0o644)
    return file


def told(capsys: pytest.CaptureFixture[str]) -> tuple[dict[str, Any], str]:
    """Let doctor look; give its answer, and all that it wrote."""
    assert main(["doctor", "--json"]) == ExitCode.FINDINGS
    written = capsys.readouterr()
    return json.loads(written.out), written.out + written.err


def unused_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_a_server_that_does_not_answer(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text(f'db = "postgresql://sara:{SECRET}@127.0.0.1:{unused_port()}/fund"\n')
    answer, written = told(capsys)

    assert SECRET not in written
    assert answer["config_file"] == str(config)
    assert answer["python"]
    (reached,) = [one for one in answer["findings"] if "cannot be reached" in one]
    assert "host, port, user and password" in reached
    (readable,) = [one for one in answer["findings"] if "chmod" in one]
    assert readable == f"other users can read a password in the config file: chmod 600 {config}"

    config.chmod(0o600)
    assert not [one for one in told(capsys)[0]["findings"] if "chmod" in one]


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://sara:{SECRET}@@127.0.0.1/fund",
        f"postgresql://sara:{SECRET} x@127.0.0.1/fund",
        f"postgresql:/sara:{SECRET}@127.0.0.1/fund",
        f"mysql://sara:{SECRET}@127.0.0.1/fund",
    ],
)
def test_an_address_that_is_not_understood(
    config: Path, capsys: pytest.CaptureFixture[str], address: str
) -> None:
    config.write_text(f'[profile.live]\ndb = "{address}"\n')
    code = main(["doctor", "--json", "--profile", "live"])
    written = capsys.readouterr()
    assert code == ExitCode.FINDINGS, written
    assert SECRET not in written.out + written.err
    found = json.loads(written.out)["findings"]
    assert f"other users can read a password in the config file: chmod 600 {config}" in found
