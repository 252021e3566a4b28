-- One row per exemption, by its newest version: the restriction it gives leave from, what it covers
-- and its days in force, both included. Lists hold codes separated by `;`; an empty list means any.
-- Those recorded in error are left out.
CREATE VIEW v_exemption AS
SELECT
    exemption.code AS exemption,
    restriction.code AS restriction,
    restriction_terms.authority AS restriction_authority,
    restriction_terms.reason_term AS restriction_reason,
    terms.providers AS providers,
    terms.cities AS cities,
    terms.projects AS projects,
    terms.factors AS factors,
    terms.sectors AS sectors,
    terms.authority AS authority,
    terms.reference AS reference,
    terms.reason_term AS reason,
    terms."from" AS "from",
    terms.until AS until,
    terms.recorded_at AS recorded_at_us
FROM exemption
JOIN exemption_version AS terms ON terms.exemption_id = exemption.id
    AND terms.version = (
        SELECT max(later.version) FROM exemption_version AS later
        WHERE later.exemption_id = exemption.id
    )
    AND NOT terms.in_error
JOIN restriction ON restriction.id = exemption.restriction_id
JOIN restriction_version AS restriction_terms ON restriction_terms.restriction_id = restriction.id
    AND restriction_terms.version = (
        SELECT max(later.version) FROM restriction_version AS later
        WHERE later.restriction_id = restriction.id
    )
