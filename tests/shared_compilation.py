"""Compile each SQL statement once per process, however many engines the tests open.

A command opens an engine of its own and compiles its statements for it, once in its life. Tests
run thousands of commands in one process; compiling took half of the time of a run of checks.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

_STATEMENTS = 2000


def share() -> None:
    """Let engines of one kind, made from now on, use one cache of compiled statements."""
    cache: LRUCache[Any, Any] = LRUCache(_STATEMENTS)
    usual = Engine.__init__

    def sharing(self: Engine, *args: Any, **more: Any) -> None:
        usual(self, *args, **more)
        self._compiled_cache = cache

    def same(self: DefaultDialect, other: object) -> bool:
        return type(self) is type(other)

    Engine.__init__ = sharing  # type: ignore[method-assign]
    # The key of a compiled statement names the engine's dialect, and a dialect equals itself only.
    DefaultDialect.__eq__ = same  # type: ignore[method-assign]
    DefaultDialect.__hash__ = lambda self: hash(type(self))  # type: ignore[method-assign]
