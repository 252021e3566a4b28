-- A line of a proposal is one that the proposal announced; it joins a need and an offer of one
-- factor, each in its unit, by whole amounts at a rate above zero.

CREATE TRIGGER proposal_line_was_announced BEFORE INSERT ON proposal_line
WHEN CAST(NEW.rate AS NUMERIC) <= 0
    OR typeof(NEW.need_amount) <> 'integer'
    OR typeof(NEW.offer_amount) <> 'integer'
    OR NOT EXISTS (
        SELECT 1
        FROM proposal
        JOIN need ON need.id = NEW.need_id AND need.unit = NEW.need_unit
        JOIN offer ON offer.id = NEW.offer_id AND offer.unit = NEW.offer_unit
            AND offer.factor = need.factor
        WHERE proposal.id = NEW.proposal_id AND NEW.line BETWEEN 1 AND proposal.lines
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: the proposal has no such line');
END;

-- An introduction names the line it was made from as it is recorded, in a layout of its own.

CREATE TRIGGER introduced_line_is_its_entrys BEFORE INSERT ON introduced_line
WHEN NOT EXISTS (
    SELECT 1
    FROM entry
    JOIN deal ON deal.id = entry.deal_id
    JOIN proposal_line AS proposed ON proposed.offer_id = deal.offer_id
        AND proposed.need_id = deal.need_id
    WHERE entry.id = NEW.entry_id
        AND entry.act = 'introduce'
        AND entry.format IN (2, 4)
        AND proposed.proposal_id = NEW.proposal_id
        AND proposed.line = NEW.line
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: this entry does not introduce that line');
END;
