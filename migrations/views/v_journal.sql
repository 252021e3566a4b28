-- One row per movement, in recorded order. `recorded_at_us` counts microseconds from 1970, UTC.
-- A sum of many amounts can exceed 64 bits: sum `_hi` (whole 10^9s) and `_lo` (the rest) instead.
CREATE VIEW v_journal AS
SELECT
    plain.*,
    amount_minor / 1000000000 AS amount_minor_hi,
    amount_minor - amount_minor / 1000000000 * 1000000000 AS amount_minor_lo
FROM (
    SELECT
        entry.id AS entry,
        movement.line AS line,
        entry.act AS act,
        entry.effective_on AS effective_on,
        entry.recorded_at AS recorded_at_us,
        request.actor AS actor,
        deal.code AS deal,
        holder.side AS side,
        coalesce(need.code, offer.code) AS holder,
        movement.from_stage AS from_stage,
        movement.to_stage AS to_stage,
        movement.amount AS amount_minor,
        movement.unit AS unit,
        unit.decimals AS decimals,
        entry.reference AS reference,
        entry.reason AS reason,
        entry.override AS override,
        entry.exemptions AS exemptions,
        entry.reverses AS reverses,
        proposal.code AS proposal,
        introduced_line.line AS proposal_line,
        request.key AS request_key
    FROM movement
    JOIN entry ON entry.id = movement.entry_id
    JOIN request ON request.id = entry.request_id
    JOIN holder ON holder.id = movement.holder_id
    JOIN unit ON unit.code = movement.unit
    LEFT JOIN need ON need.id = holder.id
    LEFT JOIN offer ON offer.id = holder.id
    LEFT JOIN deal ON deal.id = entry.deal_id
    LEFT JOIN introduced_line ON introduced_line.entry_id = entry.id
    LEFT JOIN proposal ON proposal.id = introduced_line.proposal_id
) AS plain
