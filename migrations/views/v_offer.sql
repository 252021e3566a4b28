-- One row per offer: its mandate and where its capacity stands, now. Amounts and tickets are whole
-- smallest parts of the unit (divide by 10^decimals); an empty list means any.
-- A sum of many amounts can exceed 64 bits: sum `_hi` (whole 10^9s) and `_lo` (the rest) instead.
CREATE VIEW v_offer AS
SELECT
    plain.*,
    capacity_minor / 1000000000 AS capacity_minor_hi,
    capacity_minor - capacity_minor / 1000000000 * 1000000000 AS capacity_minor_lo,
    available_minor / 1000000000 AS available_minor_hi,
    available_minor - available_minor / 1000000000 * 1000000000 AS available_minor_lo,
    held_minor / 1000000000 AS held_minor_hi,
    held_minor - held_minor / 1000000000 * 1000000000 AS held_minor_lo,
    committed_minor / 1000000000 AS committed_minor_hi,
    committed_minor - committed_minor / 1000000000 * 1000000000 AS committed_minor_lo,
    delivered_minor / 1000000000 AS delivered_minor_hi,
    delivered_minor - delivered_minor / 1000000000 * 1000000000 AS delivered_minor_lo,
    withdrawn_minor / 1000000000 AS withdrawn_minor_hi,
    withdrawn_minor - withdrawn_minor / 1000000000 * 1000000000 AS withdrawn_minor_lo,
    expired_minor / 1000000000 AS expired_minor_hi,
    expired_minor - expired_minor / 1000000000 * 1000000000 AS expired_minor_lo,
    min_ticket_minor / 1000000000 AS min_ticket_minor_hi,
    min_ticket_minor - min_ticket_minor / 1000000000 * 1000000000 AS min_ticket_minor_lo,
    max_ticket_minor / 1000000000 AS max_ticket_minor_hi,
    max_ticket_minor - max_ticket_minor / 1000000000 * 1000000000 AS max_ticket_minor_lo
FROM (
    SELECT
        offer.code AS offer,
        provider.code AS provider,
        provider_terms.name AS provider_name,
        provider_terms.kind AS provider_kind,
        offer.factor AS factor,
        offer.unit AS unit,
        unit.decimals AS decimals,
        balance.free + balance.held + balance.committed + balance.delivered + balance.withdrawn
            + balance.expired AS capacity_minor,
        balance.free AS available_minor,
        balance.held AS held_minor,
        balance.committed AS committed_minor,
        balance.delivered AS delivered_minor,
        balance.withdrawn AS withdrawn_minor,
        balance.expired AS expired_minor,
        coalesce(terms.declared_on, offer.declared_on) AS declared_on,
        terms.valid_from AS valid_from,
        terms.valid_until AS valid_until,
        terms.available_from AS available_from,
        terms.topics AS topics,
        terms.sectors AS sectors,
        terms.countries AS countries,
        terms.regions AS regions,
        terms.cities AS cities,
        terms.excluded_countries AS excluded_countries,
        terms.instruments AS instruments,
        terms.min_ticket AS min_ticket_minor,
        terms.max_ticket AS max_ticket_minor,
        terms.max_share AS max_share,
        terms.condition AS condition
    FROM offer
    JOIN offer_version AS terms ON terms.offer_id = offer.id
        AND terms.version = (
            SELECT max(later.version) FROM offer_version AS later WHERE later.offer_id = offer.id
        )
        AND NOT terms.in_error
    JOIN provider ON provider.id = offer.provider_id
    JOIN provider_version AS provider_terms ON provider_terms.provider_id = provider.id
        AND provider_terms.version = (
            SELECT max(later.version) FROM provider_version AS later
            WHERE later.provider_id = provider.id
        )
    JOIN unit ON unit.code = offer.unit
    JOIN balance ON balance.holder_id = offer.id
) AS plain
