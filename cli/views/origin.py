"""What a record came from and what came of it, at the end of its screen."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from cli.views.balance import brief
from ledger.core.factors import DEAL_STAGES
from ledger.core.quantity import format_amount
from ledger.registers.table import REGISTERS

if TYPE_CHECKING:
    from ledger.store.session.snapshot import Reader
    from ledger.usecases.origin_outcomes import Outcome


def read_outcome(reader: Reader, kind: str, code: str, *, has_origin: bool = True) -> Outcome:
    """Read what a record came from, if it has an origin, and what came of it."""
    from ledger.usecases import origin_outcomes  # noqa: PLC0415 - brings the store

    return origin_outcomes.read_outcome(reader, kind, code, has_origin=has_origin)


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """Return both as parts of a document; `came_of` only for what can be an origin."""
    document: dict[str, Any] = {"came_from": [one._asdict() for one in outcome.came_from]}
    if outcome.can_be_origin:
        document["came_of"] = {
            "counts": outcome.counts,
            "quantities": [
                {
                    "unit": unit.code,
                    **{
                        stage: format_amount(amounts[stage], unit.decimals) for stage in DEAL_STAGES
                    },
                }
                for unit, amounts in outcome.quantities.items()
            ],
        }
    return document


def outcome_lines(outcome: Outcome) -> Iterator[str]:
    """Lay out both under a record; what is empty is left out."""
    if outcome.came_from:
        yield ""
        yield "CAME FROM"
        chain = (f"{one.kind} {one.code}" for one in outcome.came_from)
        yield f"  {', which came from '.join(chain)}"
    if outcome.counts:
        yield ""
        yield "CAME OF IT"
        counts = (_counted(kind, count) for kind, count in outcome.counts.items())
        yield f"  {', '.join(counts)}"
        for unit, amounts in outcome.quantities.items():
            stages = (f"{stage} {brief(amounts[stage], unit)}" for stage in DEAL_STAGES)
            yield f"  {', '.join(stages)}"


def _counted(kind: str, count: int) -> str:
    return f"1 {kind}" if count == 1 else f"{count:,} {REGISTERS[kind].plural}"
