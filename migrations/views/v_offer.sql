-- One row per offer: its mandate and where its capacity stands, now. Amounts and tickets are whole
-- smallest parts of the unit (divide by 10^decimals); an empty list means any.
CREATE VIEW v_offer AS
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
    offer.declared_on AS declared_on,
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
JOIN provider ON provider.id = offer.provider_id
JOIN provider_version AS provider_terms ON provider_terms.provider_id = provider.id
    AND provider_terms.version = (
        SELECT max(later.version) FROM provider_version AS later
        WHERE later.provider_id = provider.id
    )
JOIN unit ON unit.code = offer.unit
JOIN balance ON balance.holder_id = offer.id
