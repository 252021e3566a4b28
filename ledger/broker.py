"""The fund itself: a broker, so nothing can be recorded as lying with it."""

from __future__ import annotations

from ledger.errors import RefusedByRule


class BrokerNotBank(RefusedByRule):
    """Somebody tried to record money, days or work as lying with the fund itself."""

    code = "broker-not-bank"
    default_why = (
        "The fund is a broker, not a bank: what is given goes from the provider to the project, "
        "and the ledger only witnesses it."
    )
    default_next = "Record the provider's offer and introduce it to the need it is meant for."
