"""Which lines of a provider's statements count: a statement sent again takes the former's place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ledger.statements.facts import Line


def in_force(statements: Iterable[Sequence[Line]]) -> Mapping[str, list[Line]]:
    """Give each provider's lines that count, of statements in the order in which they came.

    A statement that comes again with a line it had before replaces the former, lines that it no
    longer has included; with new lines alone it goes on.
    """
    found: dict[str, dict[str, list[Line]]] = {}
    for lines in statements:
        groups: dict[tuple[str, str], list[Line]] = {}
        for line in lines:
            groups.setdefault((line.provider, line.statement), []).append(line)
        for (provider, name), own in groups.items():
            kept = found.setdefault(provider, {})
            before = kept.get(name, [])
            again = {line.number for line in before} & {line.number for line in own}
            kept[name] = own if again else [*before, *own]
    return {
        provider: [line for lines in by_name.values() for line in lines]
        for provider, by_name in found.items()
    }
