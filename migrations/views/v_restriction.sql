-- One row per restriction, by its newest version: whom it binds, whom it targets, its scope and its
-- days in force, both included. Lists hold codes separated by `;`; an empty list of `binds_` columns
-- means everybody, an empty scope means any, an empty day without a bound.
-- Those recorded in error are left out.
CREATE VIEW v_restriction AS
SELECT
    restriction.code AS restriction,
    terms.binds_countries AS binds_countries,
    terms.binds_providers AS binds_providers,
    terms.countries AS countries,
    terms.cities AS cities,
    terms.providers AS providers,
    terms.factors AS factors,
    terms.sectors AS sectors,
    terms.topics AS topics,
    terms.instruments AS instruments,
    terms.authority AS authority,
    terms.programme AS programme,
    terms.reason_term AS reason,
    terms.reference AS reference,
    terms."from" AS "from",
    terms.until AS until,
    terms.review_on AS review_on,
    terms.source AS source,
    terms.recorded_at AS recorded_at_us
FROM restriction
JOIN restriction_version AS terms ON terms.restriction_id = restriction.id
    AND terms.version = (
        SELECT max(later.version) FROM restriction_version AS later
        WHERE later.restriction_id = restriction.id
    )
    AND NOT terms.in_error
