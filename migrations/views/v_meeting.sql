-- One row per meeting, as it is recorded now: its body and its days.
CREATE VIEW v_meeting AS
SELECT
    meeting.code AS meeting,
    terms.name AS name,
    terms.kind AS kind,
    body.code AS body,
    body_terms.name AS body_name,
    terms."from" AS "from",
    terms.until AS until,
    terms.place AS place,
    terms.complete AS complete,
    terms.cancelled AS cancelled,
    terms.source AS source,
    terms.note AS note
FROM meeting
JOIN meeting_version AS terms ON terms.meeting_id = meeting.id
    AND terms.version = (
        SELECT max(later.version) FROM meeting_version AS later
        WHERE later.meeting_id = meeting.id
    )
    AND NOT terms.in_error
JOIN body ON body.id = meeting.body_id
JOIN body_version AS body_terms ON body_terms.body_id = body.id
    AND body_terms.version = (
        SELECT max(later.version) FROM body_version AS later WHERE later.body_id = body.id
    )
