"""`cityfund deal`: introduce two sides, then follow the deal until it is delivered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_codes
from cli.framework.letters import letter_command
from cli.framework.options import (
    origin_parameters,
    quantity_argument,
    typed_origin,
    with_parameters,
)
from cli.framework.session import act, optional_date, read_ledger

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal

    from ledger.core.errors import UsageError
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork
    from ledger.usecases.registers.instalments import DueParts

app = noun("Deals: introduce, commit, deliver, release.")

DealCode = Annotated[str, typer.Argument(help="The deal.", autocompletion=complete_codes("deal"))]
OfferCode = Annotated[
    str, typer.Argument(help="The offer.", autocompletion=complete_codes("offer"))
]
NeedCode = Annotated[str, typer.Argument(help="The need.", autocompletion=complete_codes("need"))]
Quantity = Annotated[str, quantity_argument('How much, in the need\'s unit: "1M EUR".')]
AllOrQuantity = Annotated[
    str | None, quantity_argument("How much, in the need's unit; everything if omitted.")
]
Until = Annotated[str | None, typer.Option(help="The end date of the hold.")]
Due = Annotated[
    list[str] | None,
    typer.Option(
        metavar="DATE[=QUANTITY]",
        help="The date the delivery is due; with a quantity, an instalment. May be repeated.",
    ),
]
Reference = Annotated[str | None, typer.Option(help="An external reference, such as a letter.")]
Note = Annotated[str | None, typer.Option(help="A note on the deal.")]
Again = Annotated[
    bool, typer.Option("--again", help="Record it although the same act was recorded before.")
]


@command(app, "introduce", kind="write", dated=True, may_be_empty=frozenset({"origin"}))
@with_parameters(*origin_parameters())
def introduce(
    call: Call,
    offer: OfferCode,
    need: NeedCode,
    quantity: Quantity,
    until: Until = None,
    commit: Annotated[
        bool, typer.Option("--commit", help="Commit at once, without a hold.")
    ] = False,
    rate: Annotated[str | None, typer.Option(help="Offer units per need unit.")] = None,
    instrument: Annotated[str | None, typer.Option(help="The instrument: grant, loan.")] = None,
    due: Due = None,
    reference: Reference = None,
    override: Annotated[
        str | None,
        typer.Option(help="Reason for an exception from the mandate or the sequence of needs."),
    ] = None,
    note: Note = None,
    again: Again = False,
    **_origin: str,
) -> None:
    """Introduce an offer to a need, and hold a quantity until a date."""
    from ledger.core.quantity import parse_quantity
    from ledger.usecases.deals.acts import Introduction, introduce

    if (until is None) is not commit:
        raise _invalid_hold(until)
    last, (due_on, parts) = optional_date(call, until), _due(call, due)
    agreed_rate, origin = _rate(rate), typed_origin(call)

    def handle(uow: UnitOfWork) -> Receipt:
        introduction = Introduction(
            offer=offer,
            need=need,
            quantity=parse_quantity(quantity, uow.units),
            details=uow.details(reference=reference, override=override),
            until=last,
            directly=commit,
            due_on=due_on,
            parts=parts,
            rate=agreed_rate,
            instrument=_instrument(instrument),
            note=note,
            again=again,
            origin=origin,
        )
        return introduce(uow, introduction)

    act(call, handle)


def _invalid_hold(until: str | None) -> UsageError:
    from cli.framework.usage_errors import BadUsage, UntilMissing

    if until is None:
        return UntilMissing("The hold has no end date.")
    return BadUsage(
        "--until and --commit were both given.",
        why="A commitment has no end date: it stands until it is delivered or released.",
        next_step="Keep one of the two.",
    )


def _due(call: Call, typed: list[str] | None) -> tuple[date | None, DueParts]:
    """Read the due date of a deal, and its instalments. Raises `BadUsage`."""
    from cli.framework.usage_errors import BadUsage

    days: dict[bool, list[date]] = {True: [], False: []}
    parts: list[tuple[date, str]] = []
    for text in typed or ():
        day_text, is_part, quantity = text.partition("=")
        day = optional_date(call, day_text)
        if day is None:
            continue
        days[bool(is_part)].append(day)
        if is_part:
            parts.append((day, quantity))
    whole, of_parts = days[False], days[True]
    if len(whole) > 1 or len({*of_parts}) < len(of_parts):
        raise BadUsage(
            "--due names two dates for the whole deal, or one date twice.",
            why="A deal has one due date; what is due before it is an instalment on a day.",
            next_step='Give each instalment its quantity: --due 2027-03-01="1M EUR"',
        )
    return (whole[0] if whole else None), tuple(parts)


def _rate(typed: str | None) -> Decimal | None:
    if typed is None:
        return None
    from ledger.rates.rates import parse_rate

    return parse_rate(typed)


def _instrument(typed: str | None) -> str | None:
    if not typed:
        return None
    from ledger.reference.terms import find_instrument

    return find_instrument(typed).code


@command(app, "commit", kind="write", dated=True, destructive=True)
def commit(
    call: Call,
    deal: DealCode,
    quantity: AllOrQuantity = None,
    due: Due = None,
    reference: Reference = None,
    override: Annotated[
        str | None, typer.Option(help="Reason to commit before the needs that come first.")
    ] = None,
    again: Again = False,
) -> None:
    """Record that both sides have signed for a hold, or for a part of it."""
    _onward(call, deal, "commit", quantity, reference, again=again, due=due, override=override)


@command(app, "deliver", kind="write", dated=True, destructive=True)
def deliver(
    call: Call,
    deal: DealCode,
    quantity: AllOrQuantity = None,
    reference: Reference = None,
    again: Again = False,
) -> None:
    """Record the delivery of a commitment, or of a part of it."""
    _onward(call, deal, "deliver", quantity, reference, again=again)


@command(app, "release", kind="write", dated=True, destructive=True)
def release(
    call: Call,
    deal: DealCode,
    quantity: AllOrQuantity = None,
    committed: Annotated[
        bool, typer.Option("--committed", help="Release the commitment, not the hold.")
    ] = False,
    reference: Reference = None,
    again: Again = False,
    not_before: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="With --reason: propose the pair again from that day on (default: after 12 "
            "months).",
        ),
    ] = None,
) -> None:
    """Release a hold or a commitment, or a part of it."""
    stage = "committed" if committed else "held"
    until = optional_date(call, not_before)
    _onward(call, deal, "release", quantity, reference, stage, again=again, not_before=until)


@command(app, "return", kind="write", dated=True)
def return_(
    call: Call,
    deal: DealCode,
    quantity: Quantity,
    reference: Reference = None,
    again: Again = False,
) -> None:
    """Record the return of a delivery: it is committed again."""
    _onward(call, deal, "return", quantity, reference, again=again)


def _onward(
    call: Call,
    deal: str,
    verb: str,
    quantity: str | None,
    reference: str | None,
    from_stage: str = "held",
    *,
    again: bool,
    not_before: date | None = None,
    due: list[str] | None = None,
    override: str | None = None,
) -> None:
    from ledger.core.factors import Stage
    from ledger.core.quantity import parse_quantity
    from ledger.journal.entries import Act
    from ledger.usecases.deals.acts import DealAct, act_on

    due_on, parts = _due(call, due)

    def handle(uow: UnitOfWork) -> Receipt:
        later = DealAct(
            deal=deal,
            act=Act(verb),
            details=uow.details(reference=reference, override=override),
            quantity=parse_quantity(quantity, uow.units) if quantity else None,
            from_stage=Stage(from_stage),
            again=again,
            not_before=not_before,
            due_on=due_on,
            parts=parts,
        )
        return act_on(uow, later)

    act(call, handle, asks=quantity is None)


@command(app, "edit", kind="write", may_be_empty=frozenset({"note", "origin"}))
@with_parameters(*origin_parameters())
def edit(
    call: Call,
    deal: DealCode,
    until: Until = None,
    due: Due = None,
    note: Note = None,
    not_before: Annotated[
        str | None,
        typer.Option(metavar="DATE", help="Released: propose the pair again from that day on."),
    ] = None,
    **_origin: str,
) -> None:
    """Extend a hold, or change the due date, the note, the origin or when to propose again."""
    from ledger.usecases.deals.acts import DealEdit, edit_deal

    due_on, parts = _due(call, due)
    terms = DealEdit(
        deal=deal,
        until=optional_date(call, until),
        due_on=due_on,
        parts=parts,
        note=note,
        origin=typed_origin(call),
        not_before=optional_date(call, not_before),
    )
    act(call, lambda uow: edit_deal(uow, terms))


@command(app, "deposit", kind="write", dated=True, hidden=True)
def deposit(call: Call, words: Annotated[list[str] | None, typer.Argument()] = None) -> None:
    """Refuse: the fund is a broker and holds nothing itself."""
    from ledger.deals.deal import BrokerNotBank

    del call
    raise BrokerNotBank(f"Nothing can be deposited with the fund ({' '.join(words or [])}).")


@command(app, "list", dated=True)
def list_(
    call: Call,
    every: Annotated[bool, typer.Option("--all", help="Include finished deals.")] = False,
) -> None:
    """List deals with provider, city, project, state and quantities.

    A list for people has the deals of which something is held or committed; with --all, and by a
    filter on the state, also those that are delivered or released. Formats for machines have all.
    """
    from cli.views.deal import emit_deals

    with read_ledger(call) as reader:
        emit_deals(call, reader, every=every)


@command(app, "show", kind="show", dated=True)
def show(call: Call, deal: DealCode) -> None:
    """Show one deal: its terms, its quantities on both sides, and every act."""
    from cli.framework.output import emit_record
    from cli.framework.register_commands import resolve_code
    from cli.views.deal import (
        DEAL_TERMS,
        act_lines,
        deal_document,
        part_lines,
        parties_of,
        rate_text,
    )
    from cli.views.known_of import known_document, known_lines, read_known
    from cli.views.origin import outcome_document, outcome_lines, read_outcome

    with read_ledger(call) as reader:
        code = resolve_code(reader, "deal", deal)
        snapshot, entries = reader.around("deal", code), [*reader.entries(deal=code)]
        outcome = read_outcome(reader, "deal", code)
        known = read_known(reader, "deal", code, parties_of(snapshot, snapshot.deals[code]))
    document = deal_document(snapshot, snapshot.deals[code], entries)
    document |= outcome_document(outcome) | known_document(known)
    row = {**document, "rate_said": rate_text(document)}
    below = [
        *part_lines(document),
        *act_lines(document),
        *outcome_lines(outcome),
        *known_lines(known),
    ]
    emit_record(row, DEAL_TERMS, call.read, document=document, below=below)


command(app, "letter", kind="plain")(
    letter_command("deal", "Write the letter that introduces both sides of a deal.")
)
