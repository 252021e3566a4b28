"""From a call of a writing command to the request that a use-case takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

from cli.dates import parse_date
from cli.frame import Call
from ledger.requests import Request


def request_of(
    call: Call, *, today: Callable[[], date], also_given: Mapping[str, str] | None = None
) -> Request:
    """Make the request of a writing call: who, what was typed, and the officer's date.

    `today` gives the ledger's own day, asked only for a date typed as a word such as yesterday.
    Raises InvalidDate and MalformedKey.
    """
    options, settings = call.write, call.settings
    return Request(
        command=call.command_name,
        given={**call.typed_input(), **(also_given or {})},
        key=options.key,
        actor=settings.actor,
        system_user=settings.system_user,
        host=settings.host,
        reason=options.reason,
        on=None if options.on is None else parse_date(options.on, today=today),
        dry_run=options.dry_run,
    )


def parts_of(call: Call, *, today: Callable[[], date]) -> Callable[[int], Request]:
    """Give what makes the requests of a writing call that is done in parts, the first from 1.

    Each part after the first has a key of its own, made from the one that was given.
    """
    first = request_of(call, today=today)

    def part(number: int) -> Request:
        if number == 1 or first.key is None:
            return first
        return replace(first, key=f"{first.key}:{number}")

    return part


def plain_request(call: Call) -> Request:
    """Make the request of a call that takes no date, key or reason: setting a ledger up."""
    settings = call.settings
    return Request(
        command=call.command_name,
        given=call.typed_input(),
        actor=settings.actor,
        system_user=settings.system_user,
        host=settings.host,
    )
