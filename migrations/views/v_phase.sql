-- One row per recorded phase of a project: its status from a day on, until its next phase. A project
-- without a row here has one status, that of v_project, on every day.
CREATE VIEW v_phase AS
SELECT
    project.code AS project,
    project_terms.title AS project_title,
    terms.status AS status,
    phase."from" AS "from",
    terms.source AS source
FROM phase
JOIN phase_version AS terms ON terms.phase_id = phase.id
    AND terms.version = (
        SELECT max(later.version) FROM phase_version AS later
        WHERE later.phase_id = phase.id
    )
    AND NOT terms.in_error
JOIN project ON project.id = phase.project_id
JOIN project_version AS project_terms ON project_terms.project_id = project.id
    AND project_terms.version = (
        SELECT max(later.version) FROM project_version AS later
        WHERE later.project_id = project.id
    )
