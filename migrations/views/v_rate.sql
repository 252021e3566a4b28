-- One row per rate in force: on `day` one `base` was `rate` of `quote`, as a decimal text. Of
-- several recorded for one day and pair it is the latest; a rate that was withdrawn has no row.
CREATE VIEW v_rate AS
SELECT
    rate.day AS day,
    rate.base AS base,
    rate.quote AS quote,
    rate.rate AS rate,
    rate.source AS source
FROM rate
WHERE NOT rate.withdrawn
    AND rate.id = (
        SELECT max(later.id) FROM rate AS later
        WHERE later.day = rate.day AND later.base = rate.base AND later.quote = rate.quote
    )
