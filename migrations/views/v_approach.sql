-- One row per approach: what was asked of whom, and where it stands today, by the server's own date.
-- For another day compute `standing` from the dates: withdrawn, else declined, else interested, else
-- silent once `answer_by` is past, else waiting.
CREATE VIEW v_approach AS
SELECT
    approach.code AS approach,
    need.code AS need,
    project.code AS project,
    project_terms.title AS project_title,
    city.code AS city,
    city_terms.name AS city_name,
    office.code AS office,
    need.factor AS factor,
    need_terms.topic AS topic,
    provider.code AS provider,
    provider_terms.name AS provider_name,
    provider_terms.kind AS provider_kind,
    approach.sent_on AS sent_on,
    terms.answer_by AS answer_by,
    terms.channel AS channel,
    terms.interested_on AS interested_on,
    terms.declined_on AS declined_on,
    terms.reason_term AS reason,
    terms.reference AS reference,
    terms.note AS note,
    terms.withdrawn AS withdrawn,
    CASE
        WHEN terms.withdrawn THEN 'withdrawn'
        WHEN terms.declined_on IS NOT NULL THEN 'declined'
        WHEN terms.interested_on IS NOT NULL THEN 'interested'
        WHEN terms.answer_by < CURRENT_DATE THEN 'silent'
        ELSE 'waiting'
    END AS standing,
    terms.not_before AS not_before
FROM approach
JOIN approach_version AS terms ON terms.approach_id = approach.id
    AND terms.version = (
        SELECT max(later.version) FROM approach_version AS later
        WHERE later.approach_id = approach.id
    )
    AND NOT terms.in_error
JOIN need ON need.id = approach.need_id
JOIN need_version AS need_terms ON need_terms.need_id = need.id
    AND need_terms.version = (
        SELECT max(later.version) FROM need_version AS later WHERE later.need_id = need.id
    )
JOIN project ON project.id = need.project_id
JOIN project_version AS project_terms ON project_terms.project_id = project.id
    AND project_terms.version = (
        SELECT max(later.version) FROM project_version AS later
        WHERE later.project_id = project.id
    )
JOIN city ON city.id = project.city_id
JOIN city_version AS city_terms ON city_terms.city_id = city.id
    AND city_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = city.id
    )
JOIN office ON office.id = city_terms.office_id
JOIN provider ON provider.id = approach.provider_id
JOIN provider_version AS provider_terms ON provider_terms.provider_id = provider.id
    AND provider_terms.version = (
        SELECT max(later.version) FROM provider_version AS later
        WHERE later.provider_id = provider.id
    )
