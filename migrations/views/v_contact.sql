-- One row per contact: a person of a city or a provider.
-- `kind` and `record` name what it is about, by the code that this had then.
CREATE VIEW v_contact AS
SELECT
    contact.code AS code,
    contact.kind AS kind,
    contact.record AS record,
    terms.name AS name,
    terms.role AS role,
    terms.email AS email,
    terms.phone AS phone,
    terms.withdrawn AS withdrawn
FROM contact
JOIN contact_version AS terms ON terms.contact_id = contact.id
    AND terms.version = (
        SELECT max(later.version) FROM contact_version AS later
        WHERE later.contact_id = contact.id
    )
    AND NOT terms.in_error
