"""Output of the demonstration: chapters and commands for people, a document for scripts."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from cli.demo.place import DemoDatabaseGiven, ledger_url
from cli.demo.story import chapters
from cli.demo.walk import Chapter, Walker, demo_settings, print_lines, prompt_lines
from cli.framework.command import Call, Session
from cli.framework.output import emit_document
from cli.framework.terminal import has_color, width

SCHEMA = "cityfund.demo/1"
_WIDEST = 100
_BOLD, _GREEN, _PLAIN = "\x1b[1m", "\x1b[32m", "\x1b[0m"
_NEXT = (
    "cityfund init",
    "cityfund city add NAME --country CODE",
    "cityfund provider add NAME --kind bank",
    'cityfund project add TITLE --city CODE --sector CODE --need "money 40M EUR"',
    'cityfund offer add PROVIDER money "10M EUR"',
    "cityfund gaps",
)


def show_demo(call: Call, keep: str | None) -> None:
    """Play the story. Raises `DemoDatabaseGiven` and `DemoFileInUse`."""
    if "db" in call.flags():
        raise DemoDatabaseGiven("demo does not use an existing ledger.")
    # A ledger is in UTC unless told otherwise, so its today is.
    story = chapters(datetime.now(UTC).date())
    left = "was deleted" if keep is None else f"is in {keep}, as far as it came"
    call.ensure_object(Session).interrupted = f"Interrupted; the demonstration's ledger {left}."
    with ledger_url(keep) as url:
        walker = Walker(demo_settings(call.settings, url))
        if call.format == "json":
            _document(walker, story, keep)
        else:
            _Stage(walker, color=call.settings.color).play(story, keep)


def _document(walker: Walker, story: Sequence[Chapter], keep: str | None) -> None:
    steps = [
        {"chapter": chapter.title, **walker.captured(step)}
        for chapter in story
        for step in chapter.steps
    ]
    emit_document({"schema": SCHEMA, "kept": keep, "steps": steps})


class _Stage:
    """Output for people: prose at a readable width, commands behind a prompt."""

    def __init__(self, walker: Walker, *, color: bool) -> None:
        self._walker = walker
        self._color = has_color(sys.stdout, wanted=color)
        self._width = min(width(), _WIDEST)

    def play(self, story: Sequence[Chapter], keep: str | None) -> None:
        """Print every chapter and run its commands."""
        print_lines(self._wrapped(_OPENING))
        for number, chapter in enumerate(story, start=1):
            print_lines(["", self._painted(f"{number}. {chapter.title}", _BOLD)])
            print_lines(self._wrapped(chapter.text))
            self._do(chapter)
            if chapter.after:
                print_lines(["", *self._wrapped(chapter.after)])
        print_lines(self._end(keep))

    def _do(self, chapter: Chapter) -> None:
        for step in chapter.steps:
            if not step.shown:
                self._walker.captured(step)
                continue
            lines = prompt_lines(step.words, self._width)
            print_lines(["", *(self._painted(line, _GREEN) for line in lines)])
            self._walker.do(step)

    def _end(self, keep: str | None) -> Iterator[str]:
        yield ""
        yield self._painted("A ledger of your own", _BOLD)
        if keep is None:
            yield from self._wrapped("The demonstration's ledger was deleted. To start your own:")
        else:
            yield from self._wrapped(f"The demonstration's ledger is in {keep}; show it with")
            yield f"  cityfund status --db sqlite:///{keep}"
            yield "To start your own:"
        yield from (f"  {line}" for line in _NEXT)
        yield from self._wrapped(
            "Existing tables are imported with cityfund import FOLDER; cityfund --help lists every "
            "command."
        )

    def _wrapped(self, text: str) -> list[str]:
        return textwrap.wrap(text, self._width)

    def _painted(self, text: str, paint: str) -> str:
        return f"{paint}{text}{_PLAIN}" if self._color else text


_OPENING = (
    "Cities have projects they cannot finish alone. One has the expertise for a metro but no "
    "money, another has money but no builder, a third wants a monorail and has neither. Their fund "
    "is a broker: it records in this ledger what is needed and what is offered, introduces the two "
    "sides, and follows each deal until it is delivered."
)
