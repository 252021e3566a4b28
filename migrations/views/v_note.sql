-- One row per note: what an officer noted on a record, of a day.
-- `kind` and `record` name what it is about, by the code that this had then.
CREATE VIEW v_note AS
SELECT
    note.code AS code,
    note.kind AS kind,
    note.record AS record,
    terms.date AS date,
    terms.text AS text
FROM note
JOIN note_version AS terms ON terms.note_id = note.id
    AND terms.version = (
        SELECT max(later.version) FROM note_version AS later
        WHERE later.note_id = note.id
    )
    AND NOT terms.in_error
