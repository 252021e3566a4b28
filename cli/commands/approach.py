"""`cityfund approach`: needs presented to providers before any offer, and their answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.commands.registers import Verb, register_noun
from cli.framework.command import Call
from cli.framework.completion import complete_codes
from cli.framework.letters import letter_command
from cli.framework.options import with_parameters
from cli.framework.register_commands import resolve_code, resolve_typed_code
from cli.framework.register_options import (
    add_parameters,
    code_argument,
    parameter,
    read_terms,
)
from cli.framework.session import act, approach_days_of, optional_date, read_ledger
from ledger.registers.pairs import APPROACH, DECLINE_REASONS
from ledger.registers.table import OFFER

if TYPE_CHECKING:
    import inspect

    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork

ANSWERS = ("interested", "declined")
ApproachCode = Annotated[str, code_argument("approach")]


def _add_parameters() -> list[inspect.Parameter]:
    """Return the parameters of adding approaches: one need, several providers."""
    every = typer.Argument(
        metavar="PROVIDER...",
        help="The providers that are asked, all in one request.",
        autocompletion=complete_codes("provider"),
    )
    own = {"provider": parameter("provider", every, many=True)}
    return [own.get(one.name, one) for one in add_parameters(APPROACH)]


@with_parameters(*_add_parameters())
def add(call: Call, **typed: Any) -> None:
    """Present a need to providers: one approach each, sent today or --on an earlier day."""
    from dataclasses import replace

    from ledger.usecases.approaches.requests import add_approaches

    def handle(uow: UnitOfWork) -> Receipt:
        terms = read_terms(call, APPROACH, today=uow.today, adds=True)
        own = {name: text for name, text in terms.terms.items() if name not in APPROACH.arguments}
        return add_approaches(
            uow,
            typed["need"],
            typed["provider"],
            replace(terms, terms=own),
            approach_days_of(call),
        )

    act(call, handle)


def _one_of(words: tuple[str, ...]) -> Any:
    def complete(incomplete: str) -> list[str]:
        return [word for word in words if word.startswith(incomplete.casefold())]

    return complete


def reply(
    call: Call,
    approach: ApproachCode,
    answer: Annotated[
        str,
        typer.Argument(
            metavar="interested|declined",
            help="What the provider answered.",
            autocompletion=_one_of(ANSWERS),
        ),
    ],
    reason: Annotated[
        str | None,
        typer.Option(
            metavar="WORD",
            help="Why it was declined: a rule of eligibility, price, risk, capacity, priority, "
            "other.",
            autocompletion=_one_of(DECLINE_REASONS),
        ),
    ] = None,
    note: Annotated[str | None, typer.Option(help="A note on the answer.")] = None,
    reference: Annotated[
        str | None, typer.Option(help="An external reference, such as a letter.")
    ] = None,
    not_before: Annotated[
        str | None,
        typer.Option(
            metavar="DATE",
            help="Declined: propose the pair again from that day on (default: after 12 months).",
        ),
    ] = None,
) -> None:
    """Record what a provider answered, on the day of --on; a decline has a --reason."""
    from cli.framework.usage_errors import BadUsage, did_you_mean
    from ledger.usecases.approaches import requests

    said = answer.casefold()
    if said not in ANSWERS:
        raise BadUsage(
            f"{answer!r} is not an answer.",
            why=f"An approach is answered with: {', '.join(ANSWERS)}.",
            next_step=did_you_mean(said, list(ANSWERS), "Choose one of the two."),
        )

    again_from = optional_date(call, not_before)

    def handle(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, "approach", approach)
        return requests.reply(uow, requests.Answer(code, said, reason, note, reference, again_from))

    act(call, handle)


def _offer_parameters() -> list[inspect.Parameter]:
    """Return the parameters of an offer but those that follow from the approach."""
    its_own = {"provider", "factor", "origin"}
    return [
        one
        for one in add_parameters(OFFER)
        if one.name not in its_own and not one.name.startswith("origin_")
    ]


@with_parameters(*_offer_parameters())
def offer(call: Call, approach: ApproachCode, **_typed: str) -> None:
    """Add the offer that came of an approach: of its provider, for the need's factor and topic."""
    from ledger.usecases.approaches.requests import offer_of

    def handle(uow: UnitOfWork) -> Receipt:
        code = resolve_typed_code(uow, "approach", approach)
        return offer_of(uow, code, read_terms(call, OFFER, today=uow.today, adds=True))

    act(call, handle)


def suggest(call: Call, need: Annotated[str, code_argument("need")]) -> None:
    """Suggest whom to ask for a need, each with its grounds, and say who is left out and why."""
    from cli.views.approach import emit_suggestions

    with read_ledger(call) as reader:
        emit_suggestions(call, reader, resolve_code(reader, "need", need))


app = register_noun(
    APPROACH,
    own={
        "add": Verb(add, dated=True),
        "reply": Verb(reply, dated=True),
        "offer": Verb(offer, dated=True),
        "suggest": Verb(suggest, "list", dated=True),
        "letter": Verb(
            letter_command("approach", "Write the letter that presents a need to a provider."),
            "plain",
        ),
    },
)
