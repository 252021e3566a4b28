"""A ledger with a city, providers, projects, needs and offers, built in a few words each."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import pytest
import scratch
from raw import Raw

from ledger.core.dates import ClockAhead
from ledger.core.errors import LedgerError
from ledger.core.factors import Factor, Side, Stage
from ledger.core.quantity import parse_quantity
from ledger.core.requests import Request
from ledger.journal.entries import Act, Entry
from ledger.journal.receipts import Receipt
from ledger.reference.terms import find_instrument
from ledger.registers.records import City, Need, Offer, Project, Provider
from ledger.solver.options import UNLIMITED
from ledger.store import registers
from ledger.store.journal import balances
from ledger.store.journal.entries import read_entries
from ledger.store.session.execute import execute
from ledger.store.session.ledger import open_ledger, refuse_clock
from ledger.store.session.unit_of_work import UnitOfWork
from ledger.usecases.deals import acts
from ledger.usecases.evidence import seal_journal
from ledger.usecases.journal import reversal
from ledger.usecases.matching import saved
from ledger.usecases.matching.accept import Acceptance, accept
from ledger.usecases.matching.propose import MatchQuery
from ledger.usecases.registers import quantities

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
"""Tests that use the world live from this moment on."""

NEW_YEAR = date(2026, 1, 1)
"""When everything in a world is declared, unless a test says otherwise."""

_UNITS = {Factor.MONEY: "EUR", Factor.EXPERTISE: "person-day", Factor.IMPLEMENTATION: "package"}

Answer = dict[str, Any]


def asked(command: str, **more: Any) -> Request:
    """Make a request as the tests' officer says it."""
    who = {"actor": "officer", "system_user": "tester", "host": "office"}
    return Request(command=command, **{**who, **more})


def introduction(
    uow: UnitOfWork, offer: str, need: str, quantity: str, **terms: Any
) -> acts.Introduction:
    """Make an introduction from what an officer types."""
    instrument = terms.pop("instrument", None)
    paper = {name: terms.pop(name, None) for name in ("reference", "override")}
    return acts.Introduction(
        offer=offer,
        need=need,
        quantity=parse_quantity(quantity, uow.units),
        details=uow.details(**paper),
        instrument=find_instrument(instrument).code if instrument else None,
        **terms,
    )


def deal_act(
    uow: UnitOfWork,
    deal: str,
    act: Act,
    quantity: str | None = None,
    *,
    reference: str | None = None,
    **terms: Any,
) -> acts.DealAct:
    """Make a later act of a deal from what an officer types."""
    return acts.DealAct(
        deal=deal,
        act=act,
        details=uow.details(reference=reference),
        quantity=parse_quantity(quantity, uow.units) if quantity else None,
        **terms,
    )


class World:
    """One ledger and the acts of its officer; every act gives its receipt's document."""

    def __init__(
        self, url: str, agree_to_clock: Callable[[ClockAhead], None] = refuse_clock
    ) -> None:
        self.url = url
        self.ledger = open_ledger(url, agree_to_clock)

    @property
    def engine(self) -> str:
        """Name the engine."""
        return self.url.partition(":")[0]

    @property
    def path(self) -> Path:
        """Give the ledger's file; only SQLite has one."""
        assert self.url.startswith("sqlite:///")
        return Path(self.url.removeprefix("sqlite:///"))

    def do(self, work: Callable[[UnitOfWork], Any], command: str = "test", **more: Any) -> Answer:
        """Carry out some work as one request; `more` is the request's key, reason, on, given."""

        def working(uow: UnitOfWork) -> Receipt:
            done = work(uow)
            return done if isinstance(done, Receipt) else uow.receipt()

        return execute(self.ledger, asked(command, **more), working)

    def city(self, code: str = "MHD", **terms: Any) -> Answer:
        """Add a member city; Mashhad in Iran unless told otherwise."""
        record = City(
            **{"name": code.title(), "country": "IR", "office": "asia", **terms}, code=code
        )
        return self.do(lambda uow: uow.add("city", record))

    def provider(self, code: str = "BANK", **terms: Any) -> Answer:
        """Add a provider; a bank unless told otherwise."""
        record = Provider(**{"name": code.title(), "kind": "bank", **terms}, code=code)
        return self.do(lambda uow: uow.add("provider", record))

    def project(self, code: str = "PRJ-0001", **terms: Any) -> Answer:
        """Add a project, and its city where the ledger has none of that code."""
        told = {"title": "A bus line", "city": "MHD", "sector": "transport.urban", **terms}
        if not self.knows("city", told["city"]):
            self.city(told["city"])
        return self.do(lambda uow: uow.add("project", Project(**told, code=code)))

    def need(self, quantity: str | None = None, code: str = "N-0001", **terms: Any) -> Answer:
        """Add a need and declare its quantity; its project is added where it is new."""
        told = _declaration_columns(quantity, {"project": "PRJ-0001", **terms})
        if not self.knows("project", told["project"]):
            self.project(told["project"])
        return self._declare(Side.NEED, Need(**told, code=code), quantity)

    def offer(self, quantity: str | None = None, code: str = "O-0001", **terms: Any) -> Answer:
        """Add an offer and declare its quantity; its provider is added where it is new."""
        told = _declaration_columns(quantity, {"provider": "BANK", **terms})
        if not self.knows("provider", told["provider"]):
            self.provider(told["provider"])
        return self._declare(Side.OFFER, Offer(**told, code=code), quantity)

    def _declare(self, side: Side, record: Any, quantity: str | None) -> Answer:
        def declaring(uow: UnitOfWork) -> None:
            uow.add(side.value, record)
            if quantity is not None:
                account = uow.accounts.account(side, record.code)
                total = parse_quantity(quantity, uow.units).amount
                quantities.set_quantity(uow, account, total, record.declared_on)

        return self.do(declaring)

    def revise(self, side: str, code: str, quantity: str, on: date | None = None) -> Answer:
        """Change what is required or put up in all."""

        def revising(uow: UnitOfWork) -> None:
            total = parse_quantity(quantity, uow.units).amount
            quantities.set_quantity(uow, uow.accounts.account(Side(side), code), total, uow.day)

        return self.do(revising, on=on)

    def edit(self, side: str, code: str, **terms: Any) -> Answer:
        """Change the terms of a need or an offer."""
        return self.do(lambda uow: uow.edit_account(Side(side), code, **terms))

    def introduce(
        self, quantity: str, offer: str = "O-0001", need: str = "N-0001", **more: Any
    ) -> Answer:
        """Hold a part of a need against an offer."""
        terms, said = _apart(more)
        return self.do(
            lambda uow: acts.introduce(uow, introduction(uow, offer, need, quantity, **terms)),
            **said,
        )

    def act(self, act: Act, deal: str, quantity: str | None = None, **more: Any) -> Answer:
        """Do a later act of a deal."""
        terms, said = _apart(more)
        return self.do(
            lambda uow: acts.act_on(uow, deal_act(uow, deal, act, quantity, **terms)), **said
        )

    def commit(self, quantity: str | None = None, deal: str = "D-0001", **more: Any) -> Answer:
        """Commit a part of what a deal holds, or all of it."""
        return self.act(Act.COMMIT, deal, quantity, **more)

    def deliver(self, quantity: str | None = None, deal: str = "D-0001", **more: Any) -> Answer:
        """Deliver a part of what is committed, or all of it."""
        return self.act(Act.DELIVER, deal, quantity, **more)

    def release(self, quantity: str | None = None, deal: str = "D-0001", **more: Any) -> Answer:
        """Give back a part of what is held, or all of it."""
        return self.act(Act.RELEASE, deal, quantity, **more)

    def give_back(self, quantity: str | None = None, deal: str = "D-0001", **more: Any) -> Answer:
        """Return a part of what was delivered, or all of it."""
        return self.act(Act.RETURN, deal, quantity, **more)

    def withdraw(self, side: str, code: str, quantity: str | None = None, **more: Any) -> Answer:
        """Take back what is open or available."""
        return self.do(lambda uow: quantities.withdraw(uow, Side(side), code, quantity), **more)

    def reinstate(self, side: str, code: str, quantity: str | None = None, **more: Any) -> Answer:
        """Bring back what was withdrawn or has expired."""
        return self.do(lambda uow: quantities.reinstate(uow, Side(side), code, quantity), **more)

    def expire(self, offer: str = "O-0001", **more: Any) -> Answer:
        """Lapse an offer."""
        return self.do(lambda uow: quantities.expire(uow, offer), **more)

    def reverse(self, entry: int, reason: str | None = "a slip", **more: Any) -> Answer:
        """Undo an entry."""
        return self.do(lambda uow: reversal.reverse(uow, entry), reason=reason, **more)

    def seal(self, key: str | None = None) -> Answer | None:
        """Seal all that was recorded; give the newest seal, None where there is nothing new.

        On a server only what is older than a minute is sealed; nobody else writes here.
        """
        with patch("ledger.store.session.ledger.STABLE_AFTER", timedelta(0)):
            receipts = seal_journal(self.ledger, lambda _: asked("audit seal", key=key))
        return receipts[-1].get("seal") if receipts else None

    def save(self, *where: str, **said: Any) -> Answer:
        """Match what is open, or what filters select, and store the proposal."""
        query = MatchQuery(where=where)
        return saved.save(self.ledger, asked("match", **said), query, UNLIMITED).receipt

    def accept(
        self, lines: str | None = None, until: date = date(2099, 12, 31), **more: Any
    ) -> Answer:
        """Take lines of a stored proposal up."""
        terms, said = _apart(more)
        acceptance = Acceptance(lines=lines, until=until, **terms)
        return self.do(lambda uow: accept(uow, acceptance), **{"command": "match accept", **said})

    def knows(self, kind: str, code: str) -> bool:
        """Say whether a register has that code."""
        with self.ledger.read() as connection:
            return code in registers.load_all(connection, kind)

    def record(self, kind: str, code: str) -> Any:
        """Give a record as it stands now."""
        with self.ledger.read() as connection:
            return registers.load_all(connection, kind)[code].record

    def stages(self, side: str, code: str, times: balances.Times = balances.NOW) -> dict[str, int]:
        """Give where a need or an offer stands: the stages that are not empty, by name."""
        with self.ledger.read() as connection:
            identity = registers.find_id(connection, side, code)
            found = balances.account_stages(connection, Side(side), times)
        return _filled(found.get(identity, {}))

    def deal_stages(self, deal: str = "D-0001", side: str = "need") -> dict[str, int]:
        """Give where one side of a deal stands: the stages that are not empty, by name."""
        with self.ledger.read() as connection:
            identity = registers.find_id(connection, "deal", deal)
            return _filled(balances.deal_stages(connection)[identity, Side(side)])

    def entries(self) -> list[Entry]:
        """Read the whole journal."""
        with self.ledger.read() as connection:
            return list(read_entries(connection))

    def raw(self) -> Raw:
        """Open the database as an attacker would, without the program."""
        return Raw(self.url)

    def rows(self) -> dict[str, list[Any]]:
        """Give every row of every table."""
        with closing(self.raw()) as raw:
            return _sorted(raw.all_rows())

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Hold the whole database to staying as it is."""
        with self._same_file() if self.url.startswith("sqlite") else self._same_rows():
            yield

    @contextmanager
    def _same_file(self) -> Iterator[None]:
        """Hold a file to its bytes, which are read in no time; where they differ, to its rows."""
        path = Path(self.url.removeprefix("sqlite:///"))
        before = _bytes_of(path)
        yield
        if _bytes_of(path) == before:
            return
        with TemporaryDirectory(dir=scratch.folder()) as folder:
            copied = Path(folder) / "before.db"
            for ending, content in before.items():
                copied.with_name(copied.name + ending).write_bytes(content)
            with closing(Raw(f"sqlite:///{copied}")) as raw:
                then = _sorted(raw.all_rows())
        assert self.rows() == then

    @contextmanager
    def _same_rows(self) -> Iterator[None]:
        """Hold a server's database to its rows; the connection is kept: making one takes long."""
        with closing(self.raw()) as raw:
            before = raw.all_rows()
            yield
            with closing(raw if raw.answers() else self.raw()) as again:
                after = again.all_rows()
        if after != before:  # sorting takes longer than reading
            assert _sorted(after) == _sorted(before)

    @contextmanager
    def refuses(self, refusal: type[LedgerError], *words: str) -> Iterator[None]:
        """Expect a refusal that says what, why and what next, and changes nothing.

        Each of `words` has to stand somewhere in its three sentences.
        """
        with self.unchanged(), pytest.raises(refusal) as caught:
            yield
        says_enough(caught.value, *words)


def _bytes_of(path: Path) -> dict[str, bytes]:
    """Give what a file and the log beside it consist of, by the ending of the name."""
    log = path.with_name(f"{path.name}-wal")
    return {"": path.read_bytes(), "-wal": log.read_bytes() if log.exists() else b""}


def _sorted(rows: dict[str, list[Any]]) -> dict[str, list[Any]]:
    return {name: sorted(found, key=repr) for name, found in rows.items()}


def says_enough(error: LedgerError, *words: str) -> None:
    """Hold a refusal to its three sentences, with each of `words` somewhere in them."""
    for sentence in (error.what, error.why, error.next_step):
        assert sentence.strip(), f"{type(error).__name__} leaves a sentence empty"
    told = f"{error.what} {error.why} {error.next_step}"
    for word in words:
        assert word in told, f"{word!r} is not in {told!r}"


def _declaration_columns(quantity: str | None, terms: dict[str, Any]) -> dict[str, Any]:
    factor = terms.get("factor", Factor.MONEY)
    unit = quantity.split()[-1] if quantity is not None else _UNITS[factor]
    return {"factor": factor, "unit": unit, "declared_on": NEW_YEAR, **terms}


def _apart(more: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Part the terms of an act from what belongs to its request."""
    of_request = ("key", "given", "reason", "on", "dry_run", "command")
    said = {name: more[name] for name in of_request if name in more}
    return {name: value for name, value in more.items() if name not in of_request}, said


def _filled(stages: dict[Stage, int]) -> dict[str, int]:
    return {stage.value: amount for stage, amount in stages.items() if amount}
