"""From a writing call to the request of a use-case."""

from __future__ import annotations

from datetime import date

import pytest
from sample_noun import app
from typer.main import get_group

from cli.framework.command import Call, Session
from cli.framework.session import request_of
from cli.framework.settings import Settings
from ledger.core.dates import InvalidDate
from ledger.core.requests import MalformedKey

TODAY = date(2026, 11, 23)


def call(*words: str) -> Call:
    settings = Settings(db_url="sqlite:///x.db", actor="anna", system_user="root", host="h")
    group = get_group(app)
    parent = group.make_context("cityfund", ["take", *words], obj=Session(settings=settings))
    made = group.commands["take"].make_context("take", list(words), parent=parent)
    assert isinstance(made, Call)
    return made


def test_the_request_holds_who_what_and_when() -> None:
    made = call("O-1", "5 EUR", "--on", "yesterday", "--key", "k-1", "--reason", "agreed")
    request = request_of(made, today=lambda: TODAY)
    assert (request.actor, request.system_user, request.host) == ("anna", "root", "h")
    assert (request.command, request.key, request.reason) == ("take", "k-1", "agreed")
    assert request.on == date(2026, 11, 22)
    typed = {"code": "O-1", "quantity": "5 EUR", "on": "yesterday", "reason": "agreed"}
    assert request.given == typed
    assert not request.dry_run


def test_without_a_date_the_ledger_decides() -> None:
    assert request_of(call("O-1", "5 EUR"), today=lambda: TODAY).on is None


def test_a_wrong_date_or_key_is_refused() -> None:
    with pytest.raises(InvalidDate):
        request_of(call("O-1", "5 EUR", "--on", "soon"), today=lambda: TODAY)
    with pytest.raises(MalformedKey):
        request_of(call("O-1", "5 EUR", "--key", "a b"), today=lambda: TODAY)
