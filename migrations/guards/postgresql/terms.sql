-- Whoever changes the terms of a need, an offer or a deal writes its balance as it is. So all who
-- change one thing at once meet at one row, be it in its quantities or in its terms, and the level
-- of isolation sees to their order: an act never rests on terms that were changed meanwhile.

CREATE OR REPLACE FUNCTION {schema}.cityfund_need_terms_meet_acts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NEW.version > 1 THEN
        UPDATE {schema}.balance AS kept SET free = kept.free WHERE kept.holder_id = NEW.need_id;
    END IF;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER need_terms_meet_acts AFTER INSERT ON need_version
FOR EACH ROW EXECUTE FUNCTION cityfund_need_terms_meet_acts();

CREATE OR REPLACE FUNCTION {schema}.cityfund_offer_terms_meet_acts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NEW.version > 1 THEN
        UPDATE {schema}.balance AS kept SET free = kept.free WHERE kept.holder_id = NEW.offer_id;
    END IF;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER offer_terms_meet_acts AFTER INSERT ON offer_version
FOR EACH ROW EXECUTE FUNCTION cityfund_offer_terms_meet_acts();

CREATE OR REPLACE FUNCTION {schema}.cityfund_deal_terms_meet_acts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NEW.version > 1 THEN
        UPDATE {schema}.deal_balance AS kept SET held = kept.held
        WHERE kept.deal_id = NEW.deal_id;
    END IF;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER deal_terms_meet_acts AFTER INSERT ON deal_version
FOR EACH ROW EXECUTE FUNCTION cityfund_deal_terms_meet_acts();

-- Whoever presents a need to a provider meets at its balance too: nobody is asked twice at once, and
-- nobody for what was taken meanwhile.

CREATE OR REPLACE FUNCTION {schema}.cityfund_approach_meets_acts()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    UPDATE {schema}.balance AS kept SET free = kept.free WHERE kept.holder_id = NEW.need_id;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER approach_meets_acts AFTER INSERT ON approach
FOR EACH ROW EXECUTE FUNCTION cityfund_approach_meets_acts();
