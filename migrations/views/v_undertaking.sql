-- One row per undertaking of a partnership, as its terms are now. `done_on` and `until` are as
-- written: a year, a month or a day.
CREATE VIEW v_undertaking AS
SELECT
    undertaking.code AS undertaking,
    partnership.code AS partnership,
    by_city.code AS by_city,
    by_terms.name AS by_city_name,
    terms.what AS what,
    host.code AS host,
    payer.code AS payer,
    terms.due_on AS due_on,
    terms.done_on AS done_on,
    terms.lasts AS lasts,
    terms.until AS until,
    terms.note AS note
FROM undertaking
JOIN undertaking_version AS terms ON terms.undertaking_id = undertaking.id
    AND terms.version = (
        SELECT max(later.version) FROM undertaking_version AS later
        WHERE later.undertaking_id = undertaking.id
    )
    AND NOT terms.in_error
JOIN partnership ON partnership.id = undertaking.partnership_id
JOIN city AS by_city ON by_city.id = terms.by_id
JOIN city_version AS by_terms ON by_terms.city_id = by_city.id
    AND by_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = by_city.id
    )
LEFT JOIN city AS host ON host.id = terms.host_id
LEFT JOIN city AS payer ON payer.id = terms.payer_id
