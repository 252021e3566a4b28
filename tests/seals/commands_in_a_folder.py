"""Command lines on a ledger, with keys, notes and packets in a folder of their own."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from world import World

from cli.main import main


class CommandsInAFolder:
    """Says command lines in which {} stands for the folder."""

    def __init__(self, world: World, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.world = world
        self.folder = folder
        self._capsys = capsys

    def tries(self, line: str, *more: str) -> tuple[int, str, str]:
        """Say a line in which {} stands for the folder."""
        self._capsys.readouterr()
        code = main([*shlex.split(line.replace("{}", str(self.folder))), *more])
        return code, *self._capsys.readouterr()

    def says(self, line: str) -> str:
        code, out, err = self.tries(line)
        assert code == 0, (out, err)
        return out

    def refused(self, line: str) -> tuple[str, int]:
        code, out, err = self.tries(line, "--json")
        assert out == ""
        error = json.loads(err.splitlines()[-1])
        assert error["what"]
        assert error["why"]
        assert error["next"]
        return error["code"], code
