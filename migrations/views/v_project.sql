-- One row per project: its terms, and the city, country and office that it belongs to.
CREATE VIEW v_project AS
SELECT
    project.code AS project,
    terms.title AS title,
    city.code AS city,
    city_terms.name AS city_name,
    city_terms.country AS country,
    office.code AS office,
    terms.sector AS sector,
    terms.status AS status,
    terms.weight AS weight,
    terms.starts_on AS starts_on,
    terms.ends_on AS ends_on,
    terms.description AS description,
    terms.source AS source,
    terms.recipient AS recipient
FROM project
JOIN project_version AS terms ON terms.project_id = project.id
    AND terms.version = (
        SELECT max(later.version) FROM project_version AS later
        WHERE later.project_id = project.id
    )
    AND NOT terms.in_error
JOIN city ON city.id = project.city_id
JOIN city_version AS city_terms ON city_terms.city_id = city.id
    AND city_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = city.id
    )
JOIN office ON office.id = city_terms.office_id
