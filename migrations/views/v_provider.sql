-- One row per provider: its kind, country and, where it is one, the city that it is.
-- Truths are 1 or 0, true or false.
CREATE VIEW v_provider AS
SELECT
    provider.code AS provider,
    terms.name AS name,
    terms.kind AS kind,
    terms.country AS country,
    city.code AS city,
    terms.sample AS sample,
    terms.withdrawn AS withdrawn
FROM provider
JOIN provider_version AS terms ON terms.provider_id = provider.id
    AND terms.version = (
        SELECT max(later.version) FROM provider_version AS later
        WHERE later.provider_id = provider.id
    )
    AND NOT terms.in_error
LEFT JOIN city ON city.id = terms.city_id
