-- One row per body outside the fund, now. Partial dates (2007, 2007-11) stand as they were written.
CREATE VIEW v_body AS
SELECT
    body.code AS body,
    terms.name AS name,
    terms.kind AS kind,
    parent.code AS parent,
    parent_terms.name AS parent_name,
    terms.seats AS seats,
    terms."from" AS "from",
    terms.until AS until,
    terms.source AS source,
    terms.note AS note
FROM body
JOIN body_version AS terms ON terms.body_id = body.id
    AND terms.version = (
        SELECT max(later.version) FROM body_version AS later WHERE later.body_id = body.id
    )
    AND NOT terms.in_error
LEFT JOIN body AS parent ON parent.id = terms.parent_id
LEFT JOIN body_version AS parent_terms ON parent_terms.body_id = parent.id
    AND parent_terms.version = (
        SELECT max(later.version) FROM body_version AS later WHERE later.body_id = parent.id
    )
