-- One row per deal: its terms and where both sides stand, now, each in its own unit's smallest part.
-- `rate_exact` is NULL where `rate` is exact, else the fraction that `rate` rounds.
CREATE VIEW v_deal AS
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
    of_need.held AS held_minor,
    of_need.committed AS committed_minor,
    of_need.delivered AS delivered_minor,
    offer.unit AS offer_unit,
    of_offer.held AS offer_held_minor,
    of_offer.committed AS offer_committed_minor,
    of_offer.delivered AS offer_delivered_minor
FROM deal
JOIN deal_version AS terms ON terms.deal_id = deal.id
    AND terms.version = (
        SELECT max(later.version) FROM deal_version AS later WHERE later.deal_id = deal.id
    )
JOIN need ON need.id = deal.need_id
JOIN offer ON offer.id = deal.offer_id
JOIN project ON project.id = need.project_id
JOIN deal_balance AS of_need ON of_need.deal_id = deal.id AND of_need.side = 'need'
JOIN deal_balance AS of_offer ON of_offer.deal_id = deal.id AND of_offer.side = 'offer'
