-- One row per city: its country, region and office, and whether it is a member of the association.
-- `member_since` is a year, a month or a day; truths are 1 or 0, true or false.
CREATE VIEW v_city AS
SELECT
    city.code AS city,
    terms.name AS name,
    terms.name_local AS name_local,
    terms.country AS country,
    country.name AS country_name,
    country.subregion_name AS region,
    office.code AS office,
    terms.member AS member,
    terms.member_since AS member_since,
    terms.population AS population,
    terms.geonames_id AS geonames_id,
    terms.latitude AS latitude,
    terms.longitude AS longitude,
    terms.withdrawn AS withdrawn
FROM city
JOIN city_version AS terms ON terms.city_id = city.id
    AND terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = city.id
    )
    AND NOT terms.in_error
JOIN country ON country.code = terms.country
JOIN office ON office.id = terms.office_id
