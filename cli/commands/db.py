"""`cityfund db`: the database under the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.framework.command import Call, command, noun
from cli.framework.ledger_names import shown_url
from cli.framework.options import ClockIsRight
from cli.framework.session import agree_to_clock, request_of
from cli.framework.terminal import confirm
from cli.views.database import emit_copied, emit_set_up, with_progress

if TYPE_CHECKING:
    from ledger.journal.receipts import Receipt
    from ledger.store.session.unit_of_work import UnitOfWork

app = noun("The database: upgrade, copy, backup, restore, rights, a wrong clock.")

Reader = Annotated[str, typer.Option(metavar="NAME", help="The role of those who read reports.")]
Officer = Annotated[str, typer.Option(metavar="NAME", help="Of those who record acts.")]
Approver = Annotated[str, typer.Option(metavar="NAME", help="Of those who also change settings.")]
Night = Annotated[str, typer.Option(metavar="NAME", help="Of the nightly run.")]
Auditor = Annotated[str, typer.Option(metavar="NAME", help="Of those who also read proofs' texts.")]


@command(app, "upgrade", kind="plain")
def upgrade(
    call: Call,
    clock_is_right: ClockIsRight = False,  # noqa: ARG001 - read by agree_to_clock
) -> None:
    """Upgrade an existing ledger to the schema of this program."""
    from ledger.usecases.admin.set_up import upgrade_ledger

    agree = partial(agree_to_clock, call)
    emit_set_up(call, upgrade_ledger(call.settings.db_url, request_of(call), agree))


@command(app, "correct-clock", kind="plain", saves=True, destructive=True)
def correct_clock(call: Call) -> None:
    """Record that the clock ran ahead and is right now; --reason is required."""
    from ledger.usecases.admin.settings import correct_clock

    confirm(call, "Records stamped ahead of the clock stay as they are. Is the clock right now?")
    _record(call, correct_clock, corrects_clock=True)


def _record(
    call: Call, work: Callable[[UnitOfWork], Receipt], *, corrects_clock: bool = False
) -> None:
    """Record what an administrator does under a request, and show its receipt."""
    from cli.framework.receipts import emit_receipt, remember_receipt
    from cli.framework.session import ledger_of
    from ledger.store.session.execute import execute

    receipt = execute(ledger_of(call), request_of(call), work, corrects_clock=corrects_clock)
    remember_receipt(call, receipt)
    emit_receipt(call, receipt)


@command(app, "grants", kind="plain")
def grants(
    call: Call,
    reader: Reader = "readers",
    officer: Officer = "officers",
    approver: Approver = "approvers",
    night: Night = "nights",
    auditor: Auditor = "auditors",
    schema: Annotated[
        str, typer.Option(metavar="NAME", help="The schema of the ledger's tables.")
    ] = "public",
    apply: Annotated[
        bool, typer.Option("--apply", help="Grant the rights, and record what that changed.")
    ] = False,
) -> None:
    """Print the SQL that gives the roles of a PostgreSQL server their rights.

    Run it as the owner of the ledger, once the roles exist, and again after each upgrade. With
    --apply it is carried out under a request, which records the rights before and after.
    """
    from cli.views.database import emit_grants
    from ledger.store.admin.grants import Role, grant_statements

    names = {
        Role.READER: reader,
        Role.OFFICER: officer,
        Role.APPROVER: approver,
        Role.NIGHT: night,
        Role.AUDITOR: auditor,
    }
    if apply:
        from ledger.usecases.admin.rights import apply_grants

        _record(call, lambda uow: apply_grants(uow, names, schema))
        return
    emit_grants(call, [*grant_statements(names, schema)])


@command(app, "copy", kind="plain")
def copy(
    call: Call,
    to: Annotated[str, typer.Option(metavar="URL", help="An empty database, or a new file.")],
) -> None:
    """Copy the ledger to an empty database or a new file, and compare every entry."""
    from ledger.usecases.admin.copy import copy_ledger

    moved = copy_ledger(call.settings.db_url, to, with_progress(call, "Copying"))
    emit_copied(call, moved, "copy", source=shown_url(call.settings.db_url), target=shown_url(to))


@command(app, "backup", kind="plain")
def backup(call: Call, file: Annotated[str, typer.Argument(help="A new file.")]) -> None:
    """Back up the ledger to one file and compare; others can go on writing."""
    from cli.framework.user_state import Backup, keep_backup
    from ledger.usecases.admin.backup import back_up

    began = datetime.now(UTC)  # what is recorded while it runs may not be in it
    moved = back_up(call.settings.db_url, Path(file), with_progress(call, "Backing up"))
    keep_backup(call.settings, Backup(began, str(Path(file).absolute())))
    emit_copied(call, moved, "backup", source=shown_url(call.settings.db_url), target=file)


@command(app, "restore", kind="plain")
def restore(call: Call, file: Annotated[str, typer.Argument(help="A backup file.")]) -> None:
    """Restore a backup to a new ledger at --db, and compare."""
    from cli.framework.receipts import keep_request
    from ledger.usecases.admin.backup import restore

    moved = restore(Path(file), call.settings.db_url, with_progress(call, "Restoring"))
    keep_request(call.settings, None)  # what was recorded after the backup is not in it
    emit_copied(call, moved, "restore", source=file, target=shown_url(call.settings.db_url))
