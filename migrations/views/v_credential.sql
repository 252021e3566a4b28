-- One row per credential: outside evidence of a city's standing in a topic. It has a grade, or a
-- measure with its value, unit and which value is the better one. Dates are years, months or days.
CREATE VIEW v_credential AS
SELECT
    credential.code AS credential,
    city.code AS city,
    city_terms.name AS city_name,
    city_terms.country AS country,
    terms.topic AS topic,
    terms.what AS what,
    terms.grade AS grade,
    terms.measure AS measure,
    terms.value AS value,
    terms.unit AS unit,
    terms.better AS better,
    terms.as_of AS as_of,
    terms.until AS until,
    terms.source AS source
FROM credential
JOIN credential_version AS terms ON terms.credential_id = credential.id
    AND terms.version = (
        SELECT max(later.version) FROM credential_version AS later
        WHERE later.credential_id = credential.id
    )
    AND NOT terms.in_error
JOIN city ON city.id = credential.city_id
JOIN city_version AS city_terms ON city_terms.city_id = city.id
    AND city_terms.version = (
        SELECT max(later.version) FROM city_version AS later
        WHERE later.city_id = city.id
    )
