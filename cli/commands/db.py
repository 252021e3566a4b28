"""`cityfund db`: the database under the ledger."""

from __future__ import annotations

from cli.frame import Call, command, noun
from cli.requests import plain_request
from cli.set_up_views import emit_made

app = noun("The database: its schema.")


@command(app, "upgrade", kind="plain")
def upgrade(call: Call) -> None:
    """Bring an existing ledger to this program's schema, with its guards."""
    from ledger.usecases.set_up import upgrade

    emit_made(call, upgrade(call.settings.db_url, plain_request(call)))
