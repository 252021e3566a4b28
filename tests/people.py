"""Several people at one ledger, each with an identity of their own.

In a file the identity is the name of the effective user, and on a server the database user. Both
are said to be the person's here: the owner of a database may write in any name.
"""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from officer import Heard, Officer, Said
from world import World

from cli.main import main
from ledger.store.session.rows import WriteStart


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Let what is written be written by a person."""

    def start(**terms: Any) -> WriteStart:
        if terms.get("database_user") is not None:
            terms["database_user"] = name
        return WriteStart(**terms)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("cli.framework.settings.system_user", lambda: name)
        patched.setattr("ledger.store.session.execute.WriteStart", start)
        patched.setattr("ledger.store.approvals.identity_here", lambda *_: name)
        yield


class Person(Officer):
    """Runs the program on one world's ledger as a person."""

    def __init__(self, world: World, capsys: Heard, name: str) -> None:
        super().__init__(world, capsys)
        self.name = name

    def tries(self, line: str, *words: str) -> Said:
        """Say a line as in a shell, as this person."""
        self._capsys.readouterr()
        argv = ["--db", self.world.url, "--actor", self.name, *shlex.split(line), *words]
        with acting_as(self.name):
            code = main(argv)
        out, err = self._capsys.readouterr()
        return Said(code, out, err)


PersonOf = Callable[[str], Person]
