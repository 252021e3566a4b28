-- One row per meeting and city of which the attendance is recorded, as it is recorded now.
-- A city without a row was absent where the meeting is `complete`; else nothing is known of it.
CREATE VIEW v_attendance AS
SELECT
    meeting.code AS meeting,
    meeting_terms.name AS meeting_name,
    body.code AS body,
    meeting_terms."from" AS "from",
    meeting_terms.cancelled AS cancelled,
    city.code AS city,
    city_terms.name AS city_name,
    city_terms.country AS country,
    terms.presence AS presence,
    terms.did AS did,
    terms.topics AS topics,
    terms.note AS note
FROM attendance
JOIN attendance_version AS terms ON terms.attendance_id = attendance.id
    AND terms.version = (
        SELECT max(later.version) FROM attendance_version AS later
        WHERE later.attendance_id = attendance.id
    )
    AND NOT terms.in_error
JOIN meeting ON meeting.id = attendance.meeting_id
JOIN meeting_version AS meeting_terms ON meeting_terms.meeting_id = meeting.id
    AND meeting_terms.version = (
        SELECT max(later.version) FROM meeting_version AS later
        WHERE later.meeting_id = meeting.id
    )
JOIN body ON body.id = meeting.body_id
JOIN city ON city.id = attendance.city_id
JOIN city_version AS city_terms ON city_terms.city_id = city.id
    AND city_terms.version = (
        SELECT max(later.version) FROM city_version AS later WHERE later.city_id = city.id
    )
