"""Values of options and arguments taken as the text they are.

Typer converts every value through pydantic, whose import takes longer than a whole reading
command. The frame's parameters are text or flags, which need no conversion, so they are given
a converter that passes them through. Parameters of other types keep Typer's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

_PASSED_THROUGH = (str, bool, list[str])

TWO_WORDS = "CODE FIELD=VALUE"
"""The metavar of options that take a code and what changes of it, as two words."""


class _AsTyped:
    """Typer's converter interface for values that are already what they should be."""

    def coerce(self, value: Any, *, param: Any, ctx: Any) -> Any:
        """Give the value itself; a repeatable option that was not given is an empty tuple."""
        del ctx
        if value is None and (param.multiple or param.nargs == -1):
            return ()
        return value


class PlainHelp:
    """Mixed into a command: its own --help is a flag like any other, and is not converted."""

    def get_help_option(self, ctx: Any) -> Any:
        """Give the help option, its value passed through."""
        option = super().get_help_option(ctx)  # type: ignore[misc]
        take_as_typed([option])
        return option


def take_as_typed(params: Iterable[Any]) -> None:
    """Let every text or flag parameter skip Typer's conversion.

    A repeatable option with the metavar TWO_WORDS takes a pair of words each time: Typer has no
    type for that, the parser below it does.
    """
    for param in params:
        if param.metavar == TWO_WORDS:
            param.nargs = 2
        descriptor = getattr(param, "type_descriptor", None)
        # Without these attributes Typer has changed inside: conversion still works, only slower.
        if descriptor is None or not hasattr(param, "_runtime_param"):
            continue
        if descriptor.annotation in _PASSED_THROUGH:
            param._runtime_param = _AsTyped()  # noqa: SLF001 - the one place that reaches in
