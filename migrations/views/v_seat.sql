-- One row per seat of a city in a body or in an office of the fund, now, with the step of its role.
-- Partial dates (2007, 2007-11) stand as they were written.
CREATE VIEW v_seat AS
SELECT
    seat.code AS seat,
    city.code AS city,
    city_terms.name AS city_name,
    body.code AS body,
    body_terms.name AS body_name,
    office.code AS office,
    office_terms.name AS office_name,
    seat.role AS role,
    seat_role.step AS step,
    terms."from" AS "from",
    terms.until AS until,
    terms.source AS source,
    terms.note AS note
FROM seat
JOIN seat_version AS terms ON terms.seat_id = seat.id
    AND terms.version = (
        SELECT max(later.version) FROM seat_version AS later WHERE later.seat_id = seat.id
    )
    AND NOT terms.in_error
JOIN seat_role ON seat_role.code = seat.role
JOIN city ON city.id = seat.city_id
JOIN city_version AS city_terms ON city_terms.city_id = city.id
    AND city_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = city.id
    )
LEFT JOIN body ON body.id = seat.body_id
LEFT JOIN body_version AS body_terms ON body_terms.body_id = body.id
    AND body_terms.version = (
        SELECT max(later.version) FROM body_version AS later WHERE later.body_id = body.id
    )
LEFT JOIN office ON office.id = seat.office_id
LEFT JOIN office_version AS office_terms ON office_terms.office_id = office.id
    AND office_terms.version = (
        SELECT max(later.version) FROM office_version AS later WHERE later.office_id = office.id
    )
