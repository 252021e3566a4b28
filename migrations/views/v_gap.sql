-- One row per need: what it requires and where that stands, now. Amounts are whole smallest parts
-- of the unit (divide by 10^decimals); those of a need whose amount is not known yet are NULL.
-- `coverage` is the part of what is required, withdrawn left out, that is committed or delivered,
-- rounded down to four places as in reports: counted in whole ten-thousandths, in which a product
-- of more than 64 bits never occurs. `base_currency` is what reports convert money to.
-- A sum of many amounts can exceed 64 bits: sum `_hi` (whole 10^9s) and `_lo` (the rest) instead.
CREATE VIEW v_gap AS
SELECT
    plain.*,
    required_minor / 1000000000 AS required_minor_hi,
    required_minor - required_minor / 1000000000 * 1000000000 AS required_minor_lo,
    open_minor / 1000000000 AS open_minor_hi,
    open_minor - open_minor / 1000000000 * 1000000000 AS open_minor_lo,
    held_minor / 1000000000 AS held_minor_hi,
    held_minor - held_minor / 1000000000 * 1000000000 AS held_minor_lo,
    committed_minor / 1000000000 AS committed_minor_hi,
    committed_minor - committed_minor / 1000000000 * 1000000000 AS committed_minor_lo,
    delivered_minor / 1000000000 AS delivered_minor_hi,
    delivered_minor - delivered_minor / 1000000000 * 1000000000 AS delivered_minor_lo,
    withdrawn_minor / 1000000000 AS withdrawn_minor_hi,
    withdrawn_minor - withdrawn_minor / 1000000000 * 1000000000 AS withdrawn_minor_lo,
    gap_minor / 1000000000 AS gap_minor_hi,
    gap_minor - gap_minor / 1000000000 * 1000000000 AS gap_minor_lo
FROM (
    SELECT
        need.code AS need,
        project.code AS project,
        project_terms.title AS title,
        city.code AS city,
        city_terms.name AS city_name,
        city_terms.country AS country,
        country.subregion_name AS region,
        office.code AS office,
        project_terms.sector AS sector,
        project_terms.status AS status,
        need.factor AS factor,
        need_terms.topic AS topic,
        need.unit AS unit,
        unit.decimals AS decimals,
        NULLIF(
            balance.free + balance.held + balance.committed + balance.delivered + balance.withdrawn, 0
        ) AS required_minor,
        balance.free AS open_minor,
        balance.held AS held_minor,
        balance.committed AS committed_minor,
        balance.delivered AS delivered_minor,
        balance.withdrawn AS withdrawn_minor,
        CASE
            WHEN balance.free + balance.held + balance.committed + balance.delivered
                + balance.withdrawn = 0 THEN NULL
            ELSE balance.free + balance.held
        END AS gap_minor,
        (
            SELECT round((guess + CASE
                WHEN remainder < 0 THEN -1 WHEN remainder >= whole THEN 1 ELSE 0
            END) / 10000.0, 4)
            FROM (
                SELECT
                    guess,
                    whole,
                    (10000 * (part / 1000000000) - guess * (whole / 1000000000)) * 1000000000
                    + 10000 * (part - part / 1000000000 * 1000000000)
                    - guess * (whole - whole / 1000000000 * 1000000000) AS remainder
                FROM (
                    SELECT part, whole, CAST(10000.0 * part / whole AS BIGINT) AS guess
                    FROM (
                        SELECT
                            balance.committed + balance.delivered AS part,
                            NULLIF(
                                balance.free + balance.held + balance.committed
                                + balance.delivered, 0
                            ) AS whole
                    ) AS parts
                ) AS guessed
            ) AS compared
        ) AS coverage,
        coalesce(
            (
                SELECT setting.value FROM setting_version AS setting
                WHERE setting.name = 'base_currency'
                ORDER BY setting.version DESC LIMIT 1
            ),
            'EUR'
        ) AS base_currency,
        coalesce(need_terms.declared_on, need.declared_on) AS declared_on,
        need_terms.needed_by AS needed_by,
        need_terms.after AS after
    FROM need
    JOIN need_version AS need_terms ON need_terms.need_id = need.id
        AND need_terms.version = (
            SELECT max(later.version) FROM need_version AS later WHERE later.need_id = need.id
        )
        AND NOT need_terms.in_error
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
    JOIN country ON country.code = city_terms.country
    JOIN office ON office.id = city_terms.office_id
    JOIN unit ON unit.code = need.unit
    JOIN balance ON balance.holder_id = need.id
) AS plain
