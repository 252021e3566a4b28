-- One row per partnership of two cities, as its terms are now. `signed` and `ended` are as written:
-- a year, a month or a day. Status and outcome are answers for a day: cityfund report partnerships.
CREATE VIEW v_partnership AS
SELECT
    partnership.code AS partnership,
    city.code AS city,
    city_terms.name AS city_name,
    with_city.code AS with_city,
    with_terms.name AS with_city_name,
    partnership.kind AS kind,
    terms.topics AS topics,
    terms.signed AS signed,
    terms.ended AS ended,
    terms.aim AS aim,
    terms.source AS source,
    terms.note AS note
FROM partnership
JOIN partnership_version AS terms ON terms.partnership_id = partnership.id
    AND terms.version = (
        SELECT max(later.version) FROM partnership_version AS later
        WHERE later.partnership_id = partnership.id
    )
    AND NOT terms.in_error
JOIN city ON city.id = partnership.city_id
JOIN city_version AS city_terms ON city_terms.city_id = city.id
    AND city_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = city.id
    )
JOIN city AS with_city ON with_city.id = partnership.with_city_id
JOIN city_version AS with_terms ON with_terms.city_id = with_city.id
    AND with_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = with_city.id
    )
