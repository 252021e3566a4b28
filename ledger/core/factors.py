"""The three factors a project needs, the two sides of a deal, and the stages of a quantity."""

from __future__ import annotations

from enum import StrEnum


class Factor(StrEnum):
    """What a project needs and a provider holds."""

    MONEY = "money"
    EXPERTISE = "expertise"
    IMPLEMENTATION = "implementation"


class Side(StrEnum):
    """The side that a movement belongs to. The fund is neither side: it is a broker."""

    NEED = "need"
    OFFER = "offer"


class Stage(StrEnum):
    """The state of a quantity. `UNDECLARED` is the counter-stage of a declaration."""

    UNDECLARED = "undeclared"
    OPEN = "open"
    AVAILABLE = "available"
    HELD = "held"
    COMMITTED = "committed"
    DELIVERED = "delivered"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


NEED_STAGES = (Stage.OPEN, Stage.HELD, Stage.COMMITTED, Stage.DELIVERED, Stage.WITHDRAWN)
OFFER_STAGES = (
    Stage.AVAILABLE,
    Stage.HELD,
    Stage.COMMITTED,
    Stage.DELIVERED,
    Stage.WITHDRAWN,
    Stage.EXPIRED,
)
DEAL_STAGES = (Stage.HELD, Stage.COMMITTED, Stage.DELIVERED)
STAGES_OF = {Side.NEED: NEED_STAGES, Side.OFFER: OFFER_STAGES}
FREE_STAGE = {Side.NEED: Stage.OPEN, Side.OFFER: Stage.AVAILABLE}
"""The stage of a side's quantity before any deal takes it."""
