-- One row per target, as it is recorded now; a target without a city is one of every city.
-- The value is exact text: a share from 0 to 1, or of deciding a number of seats.
CREATE VIEW v_target AS
SELECT
    target.code AS target,
    body.code AS body,
    body_terms.name AS body_name,
    city.code AS city,
    city_terms.name AS city_name,
    target.measure AS measure,
    terms.value AS value,
    terms."from" AS "from",
    terms."by" AS "by"
FROM target
JOIN target_version AS terms ON terms.target_id = target.id
    AND terms.version = (
        SELECT max(later.version) FROM target_version AS later WHERE later.target_id = target.id
    )
    AND NOT terms.in_error
JOIN body ON body.id = target.body_id
JOIN body_version AS body_terms ON body_terms.body_id = body.id
    AND body_terms.version = (
        SELECT max(later.version) FROM body_version AS later WHERE later.body_id = body.id
    )
LEFT JOIN city ON city.id = target.city_id
LEFT JOIN city_version AS city_terms ON city_terms.city_id = city.id
    AND city_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = city.id
    )
