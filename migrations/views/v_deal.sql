-- One row per deal: its terms and where both sides stand, now, each in its own unit's smallest part
-- (divide by 10^decimals and 10^offer_decimals).
-- `rate_exact` is NULL where `rate` is exact, else the fraction that `rate` rounds.
-- A sum of many amounts can exceed 64 bits: sum `_hi` (whole 10^9s) and `_lo` (the rest) instead.
CREATE VIEW v_deal AS
SELECT
    plain.*,
    held_minor / 1000000000 AS held_minor_hi,
    held_minor - held_minor / 1000000000 * 1000000000 AS held_minor_lo,
    committed_minor / 1000000000 AS committed_minor_hi,
    committed_minor - committed_minor / 1000000000 * 1000000000 AS committed_minor_lo,
    delivered_minor / 1000000000 AS delivered_minor_hi,
    delivered_minor - delivered_minor / 1000000000 * 1000000000 AS delivered_minor_lo,
    offer_held_minor / 1000000000 AS offer_held_minor_hi,
    offer_held_minor - offer_held_minor / 1000000000 * 1000000000 AS offer_held_minor_lo,
    offer_committed_minor / 1000000000 AS offer_committed_minor_hi,
    offer_committed_minor - offer_committed_minor / 1000000000 * 1000000000 AS offer_committed_minor_lo,
    offer_delivered_minor / 1000000000 AS offer_delivered_minor_hi,
    offer_delivered_minor - offer_delivered_minor / 1000000000 * 1000000000 AS offer_delivered_minor_lo
FROM (
    SELECT
        deal.code AS deal,
        offer.code AS offer,
        need.code AS need,
        project.code AS project,
        need.factor AS factor,
        deal.rate AS rate,
        deal.rate_exact AS rate_exact,
        deal.instrument AS instrument,
        terms.held_until AS held_until,
        terms.due_on AS due_on,
        need.unit AS unit,
        unit.decimals AS decimals,
        of_need.held AS held_minor,
        of_need.committed AS committed_minor,
        of_need.delivered AS delivered_minor,
        offer.unit AS offer_unit,
        offer_unit.decimals AS offer_decimals,
        terms.not_before AS not_before,
        of_offer.held AS offer_held_minor,
        of_offer.committed AS offer_committed_minor,
        of_offer.delivered AS offer_delivered_minor
    FROM deal
    JOIN deal_version AS terms ON terms.deal_id = deal.id
        AND terms.version = (
            SELECT max(later.version) FROM deal_version AS later WHERE later.deal_id = deal.id
        )
        AND NOT terms.in_error
    JOIN need ON need.id = deal.need_id
    JOIN offer ON offer.id = deal.offer_id
    JOIN project ON project.id = need.project_id
    JOIN unit ON unit.code = need.unit
    JOIN unit AS offer_unit ON offer_unit.code = offer.unit
    JOIN deal_balance AS of_need ON of_need.deal_id = deal.id AND of_need.side = 'need'
    JOIN deal_balance AS of_offer ON of_offer.deal_id = deal.id AND of_offer.side = 'offer'
) AS plain
