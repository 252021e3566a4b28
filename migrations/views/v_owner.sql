-- One row per owner: who looks after a city, provider, project or deal.
-- `kind` and `record` name what it is about, by the code that this had then.
CREATE VIEW v_owner AS
SELECT
    owner.code AS code,
    owner.kind AS kind,
    owner.record AS record,
    terms.actor AS actor,
    terms.withdrawn AS withdrawn
FROM owner
JOIN owner_version AS terms ON terms.owner_id = owner.id
    AND terms.version = (
        SELECT max(later.version) FROM owner_version AS later
        WHERE later.owner_id = owner.id
    )
    AND NOT terms.in_error
