-- A line of a proposal is one that the proposal announced; it joins a need and an offer of one
-- factor, each in its unit, at a rate above zero.

CREATE OR REPLACE FUNCTION {schema}.cityfund_proposal_line_was_announced()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.rate !~ '^[0-9]+([.][0-9]+)?$' OR NEW.rate !~ '[1-9]' OR NOT EXISTS (
        SELECT 1
        FROM {schema}.proposal AS proposal, {schema}.need AS need, {schema}.offer AS offer
        WHERE proposal.id = NEW.proposal_id
            AND NEW.line BETWEEN 1 AND proposal.lines
            AND need.id = NEW.need_id
            AND need.unit = NEW.need_unit
            AND offer.id = NEW.offer_id
            AND offer.unit = NEW.offer_unit
            AND offer.factor = need.factor
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: the proposal has no such line';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER proposal_line_was_announced BEFORE INSERT ON proposal_line
FOR EACH ROW EXECUTE FUNCTION cityfund_proposal_line_was_announced();

-- An introduction names the line it was made from as it is recorded, in a layout of its own.

CREATE OR REPLACE FUNCTION {schema}.cityfund_introduced_line_is_its_entrys()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM {schema}.entry AS entry, {schema}.deal AS deal, {schema}.proposal_line AS proposed
        WHERE entry.id = NEW.entry_id
            AND entry.act = 'introduce'
            AND entry.format IN (2, 4)
            AND deal.id = entry.deal_id
            AND proposed.proposal_id = NEW.proposal_id
            AND proposed.line = NEW.line
            AND proposed.offer_id = deal.offer_id
            AND proposed.need_id = deal.need_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: this entry does not introduce that line';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER introduced_line_is_its_entrys BEFORE INSERT ON introduced_line
FOR EACH ROW EXECUTE FUNCTION cityfund_introduced_line_is_its_entrys();
