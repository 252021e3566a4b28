"""`cityfund exchange`: which cities lead in a topic, and which could serve a need for expertise."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_stored
from cli.framework.options import comma_separated
from cli.framework.register_options import code_argument
from cli.framework.session import act, approach_days_of, read_ledger
from cli.views.exchange import emit_standing, emit_suggestions

app = noun("City to city: who leads in a topic, and who could serve a need for expertise.")


@command(app, "standing", dated=True)
def standing(
    call: Call,
    topic: Annotated[
        str,
        typer.Argument(
            help="A topic in use, in any spelling.", autocompletion=complete_stored("topics")
        ),
    ],
) -> None:
    """List the cities with a standing in a topic: proven, credentialed or declared, with ranks."""
    from ledger.usecases.city_standing import report_standing

    with read_ledger(call) as reader:
        report = report_standing(reader, topic)
    emit_standing(call, report)


@command(app, "suggest", dated=True)
def suggest(
    call: Call,
    subject: Annotated[
        str,
        typer.Argument(
            metavar="NEED|CITY|TOPIC",
            help="A need for expertise; a city, for all its open ones; or a topic in use.",
        ),
    ],
    order: Annotated[
        list[str] | None,
        typer.Option(
            "--order", metavar="COLUMN,...", help="Order by these first: rank,partnership."
        ),
    ] = None,
) -> None:
    """List the cities that could serve a need, in the order of columns that are all shown.

    Order: an eligible offer, standing, best rank, partnership, region, population ratio, how busy.
    """
    from ledger.usecases.exchanges.suggest import suggest_cities

    with read_ledger(call) as reader:
        suggestions = suggest_cities(reader, subject, comma_separated(order))
    emit_suggestions(call, suggestions)


@command(app, "accept", kind="write", dated=True)
def accept(
    call: Call,
    need: Annotated[str, code_argument("need")],
    city: Annotated[str, code_argument("city")],
) -> None:
    """Approach a city for a need of expertise; it is made a provider where it is none.

    The approach comes from the partnership in force of the two cities, if there is one.
    """
    from ledger.usecases.exchanges.accept import accept_city
    from ledger.usecases.registers.parse import TypedTerms

    act(call, lambda uow: accept_city(uow, need, city, TypedTerms({}), approach_days_of(call)))
