"""Completing codes from the ledger while a person types. Imports no database toolkit."""

from __future__ import annotations

from collections.abc import Callable

import typer

from cli.framework.settings import resolve

Completer = Callable[[typer.Context, str], list[tuple[str, str]]]


def complete_codes(kind: str) -> Completer:
    """Make a completer of the codes of a kind: office, city, provider, project, need, offer, deal.

    For `autocompletion=` of a Typer argument or option. On any error nothing is completed: a shell
    cannot show it.
    """

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        from ledger.core.errors import LedgerError  # noqa: PLC0415 - only while completing
        from ledger.store.completion import complete_codes  # noqa: PLC0415

        flags = getattr(ctx, "flags", dict)
        try:
            settings = resolve(flags())
        except (LedgerError, OSError):
            return []
        matches = complete_codes(settings.db_url, kind, incomplete)
        # The shell drops what does not begin as typed, so codes take the case of the typing.
        as_typed = str.lower if incomplete and incomplete == incomplete.lower() else str
        return [(as_typed(code), about) for code, about in matches]

    return complete


def complete_currencies(incomplete: str) -> list[tuple[str, str]]:
    """Complete the code of a currency; every ledger has those of ISO 4217."""
    from ledger.reference.units import iso4217_units  # noqa: PLC0415 - only while completing

    as_typed = str.lower if incomplete and incomplete == incomplete.lower() else str
    return [
        (as_typed(code), unit.name)
        for code, unit in sorted(iso4217_units().items())
        if code.startswith(incomplete.upper())
    ]


def complete_any(*kinds: str) -> Completer:
    """Make a completer of the codes of several kinds, one kind after the other."""
    completers = [complete_codes(kind) for kind in kinds]

    def complete(ctx: typer.Context, incomplete: str) -> list[tuple[str, str]]:
        return [matches for one in completers for matches in one(ctx, incomplete)]

    return complete
