"""The feed of changes: every leaf in its place, findings and seals, and going on from anywhere."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from world import World

from cli.main import main
from cli.views.feed import event_document
from ledger.evidence.tree_head import ADOPTED_KIND, REQUEST_KIND, ROWS_KIND
from ledger.store.evidence.seals import read_seals, stream_sealed
from ledger.usecases.feed import Feed, FeedEvent


@pytest.fixture(autouse=True)
def _settles_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ledger.store.session.ledger.STABLE_AFTER", timedelta(0))


def read(world: World, since: str | None = None) -> list[FeedEvent]:
    return [*Feed(world.ledger, since).read()]


def documents(capsys: pytest.CaptureFixture[str], *words: str) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main(["journal", "follow", "--once", *words]) == 0
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_every_leaf_has_its_place_and_its_hash_sealed_or_not(sealed: World) -> None:
    sealed.offer("900 EUR", "O-0901")
    with sealed.ledger.read() as connection:
        count = len([*stream_sealed(connection)])
    given = {one.position: one for one in read(sealed) if one.kind not in {"finding", "seal"}}
    assert max(given) > count
    sealed.seal()
    with sealed.ledger.read() as connection:
        leaves = [*stream_sealed(connection)]
    told = [(one.position, one.kind, one.reference, one.hash) for one in given.values()]
    others = {REQUEST_KIND, ROWS_KIND, ADOPTED_KIND}  # what they are of has events of its own
    assert told == [tuple(one) for one in leaves if one.kind not in others][: len(told)]
    assert len(told) >= count // 3


def test_entries_versions_findings_and_seals_say_what_they_are(sealed: World) -> None:
    events = read(sealed)
    feed = Feed(sealed.ledger)
    every = [event_document(one, feed.units) for one in feed.read()]
    entries = [one["entry"]["entry"] for one in every if one["kind"] == "entry"]
    assert entries == [one.number for one in sealed.entries()]
    (city,) = (one for one in every if (one["kind"], one["reference"]) == ("city", "MHD/1"))
    assert city["version"]["name"] == sealed.record("city", "MHD").name
    with sealed.ledger.read() as connection:
        seals = [str(one.tree_head) for one in read_seals(connection)]
    assert [one["seal"]["mark"] for one in every if one["kind"] == "seal"] == seals
    findings = [one for one in events if one.kind == "finding"]
    assert findings
    assert all(one.terms["event"] and one.terms["said"] for one in findings)
    assert len({one.cursor for one in events}) == len(events)
    assert [one.cursor for one in events] == sorted(one.cursor for one in events)


def test_the_feed_goes_on_from_every_event_and_every_entry(sealed: World) -> None:
    events = read(sealed)
    for place in range(0, len(events), len(events) // 3):
        assert read(sealed, str(events[place].cursor)) == events[place + 1 :]
    entries = [place for place, event in enumerate(events) if event.kind == "entry"]
    for place in entries[:: len(entries) // 2]:
        assert read(sealed, events[place].reference) == events[place + 1 :]
    assert read(sealed, str(events[-1].cursor)) == []


def test_one_feed_gives_what_came_since_it_was_read(sealed: World) -> None:
    feed = Feed(sealed.ledger)
    before = [*feed.read()]
    assert [*feed.read()] == []
    sealed.offer("900 EUR", "O-0901")
    sealed.city("ZZZ")
    after = [*feed.read()]
    assert {("offer", "O-0901/1"), ("city", "ZZZ/1")} <= {(o.kind, o.reference) for o in after}
    assert before + after == read(sealed)


def test_a_few_requests_at_a_time_give_the_same(
    sealed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    events = read(sealed)
    monkeypatch.setattr("ledger.usecases.feed.MOST_REQUESTS", 25)
    assert read(sealed) == events


def test_the_command_writes_a_document_a_line(
    sealed: World, capsys: pytest.CaptureFixture[str]
) -> None:
    every = documents(capsys, "--db", sealed.url)
    assert {one["schema"] for one in every} == {"cityfund.event/1"}
    assert [one["cursor"] for one in every] == [str(one.cursor) for one in read(sealed)]
    rest = documents(capsys, "--db", sealed.url, "--since", every[10]["cursor"])
    assert rest == every[11:]


@pytest.mark.parametrize(
    ("since", "code", "refusal"),
    [
        ("17.x", 3, "no-cursor"),
        ("999999.1", 5, "unknown-cursor"),
        ("999999", 5, "unknown-entry"),
        ("first", 3, "not-an-entry-number"),
    ],
)
def test_a_place_that_is_none_is_refused(
    sealed: World, capsys: pytest.CaptureFixture[str], since: str, code: int, refusal: str
) -> None:
    capsys.readouterr()
    words = ["journal", "follow", "--once", "--since", since, "--json", "--db", sealed.url]
    with sealed.unchanged():
        assert main(words) == code
    answer = capsys.readouterr()
    assert json.loads(answer.err)["code"] == refusal
    assert answer.out == ""
