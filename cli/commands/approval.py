"""`cityfund approval`: what another person has to approve first, and the rules for it."""

from __future__ import annotations

from typing import Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.completion import complete_stored, complete_words
from cli.framework.register_options import code_argument
from cli.framework.session import act, ledger_of, optional_date, required_date

app = noun("What another person has to approve, and the rules for it.")
rules = noun("The rules by which acts need an approval.")
standing = noun("Standing approvals: what the nightly run may record without asking.")
app.add_typer(rules, name="rule")
app.add_typer(standing, name="standing")


def _acts() -> list[tuple[str, str]]:
    from ledger.approvals.rules import CHOSEN, WORDS

    return [(one.value, WORDS[one]) for one in CHOSEN]


Code = Annotated[
    str,
    typer.Argument(
        metavar="APPROVAL",
        help="The approval's code: APR-0042.",
        autocompletion=complete_stored("approvals"),
    ),
]


@command(app, "list")
def list_(
    call: Call,
    every: Annotated[
        bool, typer.Option("--all", help="Include those that are used, refused or expired.")
    ] = False,
) -> None:
    """List what waits for an approval, and what was given and not yet recorded."""
    from cli.framework.output import emit_rows
    from cli.views.approval import APPROVAL_COLUMNS, approval_row, is_pending
    from ledger.store.approvals import read_approvals

    ledger = ledger_of(call)
    with ledger.read() as connection:
        approvals = read_approvals(connection)
    today = ledger.today()
    rows = [approval_row(one, today) for one in approvals if every or is_pending(one, today)]
    emit_rows(rows, APPROVAL_COLUMNS, call.read, head={"schema": "cityfund.approvals/1"})


@command(app, "give", kind="write")
def approve(
    call: Call,
    approval: Code,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="The last day it is good for; else 14 days.")
    ] = None,
) -> None:
    """Approve what another person asked for; they then repeat their command with its --key."""
    from ledger.usecases.approvals.answers import approve

    last = optional_date(call, until)
    act(call, lambda uow: approve(uow, approval, last))


@command(app, "refuse", kind="write")
def refuse(call: Call, approval: Code) -> None:
    """Refuse what another person asked for, with --reason; nothing is recorded of it."""
    from ledger.usecases.approvals.answers import refuse

    act(call, lambda uow: refuse(uow, approval))


@command(app, "show", kind="show")
def show(call: Call, approval: Code) -> None:
    """Show one approval: what would be recorded, who asked, and what was answered."""
    from cli.framework.output import emit_record
    from cli.views.approval import APPROVAL_TERMS, approval_document, recorded_lines
    from ledger.store.approvals import find_approval

    ledger = ledger_of(call)
    with ledger.read() as connection:
        found = find_approval(connection, approval)
    document = approval_document(found, ledger.today())
    below = recorded_lines(found)
    emit_record(document, APPROVAL_TERMS, call.read, document=document, below=below)


@command(rules, "add", kind="write")
def add_rule(
    call: Call,
    what: Annotated[
        str,
        typer.Argument(
            metavar="ACT",
            help="What needs an approval: commit, deliver, reverse, override, resolve-finding, "
            "post-deliveries, edit-provider, restriction, exemption or erase.",
            autocompletion=complete_words(_acts),
        ),
    ],
    above: Annotated[
        str | None,
        typer.Option(metavar="QUANTITY", help='Only above this quantity, such as "1M EUR".'),
    ] = None,
) -> None:
    """Require the approval of another person for an act."""
    from ledger.usecases.approvals.rules import add_rule

    act(call, lambda uow: add_rule(uow, what, above))


@command(rules, "list")
def list_rules(
    call: Call,
    every: Annotated[
        bool, typer.Option("--all", help="Include the rules that were ended.")
    ] = False,
) -> None:
    """List the rules in force: what needs an approval, from which amount on."""
    from cli.framework.output import emit_rows
    from cli.views.approval import RULE_COLUMNS, rule_documents
    from ledger.store.approvals import rule_rows

    with ledger_of(call).reader() as reader:
        snapshot = reader.snapshot("unit")
        rows = rule_documents(snapshot, list(rule_rows(reader.connection)), every=every)
    emit_rows(rows, RULE_COLUMNS, call.read, head={"schema": "cityfund.approval-rules/1"})


@command(rules, "end", kind="write")
def end_rule(
    call: Call,
    rule: Annotated[
        str,
        typer.Argument(
            metavar="RULE",
            help="The rule's code: AR-0001.",
            autocompletion=complete_stored("approval rules"),
        ),
    ],
) -> None:
    """End a rule: what it is for needs no approval any more."""
    from ledger.usecases.approvals.rules import end_rule

    act(call, lambda uow: end_rule(uow, rule))


@command(standing, "add", kind="write")
def add_standing(
    call: Call,
    provider: Annotated[str, code_argument("provider")],
    amount: Annotated[
        str, typer.Argument(metavar="QUANTITY", help='For all deliveries together, as "5M EUR".')
    ],
    until: Annotated[str, typer.Option(metavar="DATE", help="The last day on which it holds.")],
) -> None:
    """Let the nightly run record a provider's deliveries without asking, up to an amount in all."""
    from ledger.usecases.approvals.answers import add_standing

    last = required_date(call, until)
    act(call, lambda uow: add_standing(uow, provider, amount, last))


@command(standing, "list")
def list_standing(
    call: Call,
    every: Annotated[
        bool, typer.Option("--all", help="Include those that were ended or whose day is past.")
    ] = False,
) -> None:
    """List the standing approvals in force, with what was recorded by each."""
    from cli.framework.output import emit_rows
    from cli.views.approval import STANDING_COLUMNS, standing_row
    from ledger.store.approvals import read_standing
    from ledger.store.db.queries import read_units

    ledger = ledger_of(call)
    with ledger.read() as connection:
        found = read_standing(connection, read_units(connection))
    rows = [standing_row(one, ledger.today()) for one in found]
    shown = [row for row in rows if every or row["status"] == "in force"]
    head = {"schema": "cityfund.standing-approvals/1"}
    emit_rows(shown, STANDING_COLUMNS, call.read, head=head)


@command(standing, "end", kind="write")
def end_standing(
    call: Call,
    approval: Annotated[
        str,
        typer.Argument(
            metavar="STANDING",
            help="The standing approval's code: SA-0001.",
            autocompletion=complete_stored("standing approvals"),
        ),
    ],
) -> None:
    """End a standing approval: nights record nothing by it any more."""
    from ledger.usecases.approvals.answers import end_standing

    act(call, lambda uow: end_standing(uow, approval))
