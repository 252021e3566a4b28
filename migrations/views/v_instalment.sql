-- One row per instalment: a quantity of a deal that is due on a day, in the need's unit's smallest
-- part (divide by 10^decimals). One that is withdrawn is due no more.
-- A sum of many amounts can exceed 64 bits: sum `_hi` (whole 10^9s) and `_lo` (the rest) instead.
CREATE VIEW v_instalment AS
SELECT
    plain.*,
    quantity_minor / 1000000000 AS quantity_minor_hi,
    quantity_minor - quantity_minor / 1000000000 * 1000000000 AS quantity_minor_lo
FROM (
    SELECT
        deal.code AS deal,
        need.code AS need,
        offer.code AS offer,
        instalment.due_on AS due_on,
        terms.quantity AS quantity_minor,
        instalment.unit AS unit,
        unit.decimals AS decimals,
        terms.withdrawn AS withdrawn
    FROM instalment
    JOIN instalment_version AS terms ON terms.instalment_id = instalment.id
        AND terms.version = (
            SELECT max(later.version) FROM instalment_version AS later
            WHERE later.instalment_id = instalment.id
        )
        AND NOT terms.in_error
    JOIN deal ON deal.id = instalment.deal_id
    JOIN need ON need.id = deal.need_id
    JOIN offer ON offer.id = deal.offer_id
    JOIN unit ON unit.code = instalment.unit
) AS plain
