-- The identity row of a project, a need or an offer names another record. The foreign key is asked
-- when the row is added; every later version holds the named record in the same way, be it an edit
-- or what restores a record that was in error. A list of codes, which has no foreign key, does so too.
-- See named.sql.

CREATE OR REPLACE FUNCTION {schema}.cityfund_project_terms_meet_undo()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM 1 FROM {schema}.city JOIN {schema}.project ON project.city_id = city.id
    WHERE project.id = NEW.project_id FOR KEY SHARE OF city;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER project_terms_meet_undo AFTER INSERT ON project_version
FOR EACH ROW WHEN (new.version > 1) EXECUTE FUNCTION cityfund_project_terms_meet_undo();

CREATE OR REPLACE FUNCTION {schema}.cityfund_need_terms_meet_undo()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM 1 FROM {schema}.project JOIN {schema}.need ON need.project_id = project.id
    WHERE need.id = NEW.need_id FOR KEY SHARE OF project;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER need_terms_meet_undo AFTER INSERT ON need_version
FOR EACH ROW WHEN (new.version > 1) EXECUTE FUNCTION cityfund_need_terms_meet_undo();

CREATE OR REPLACE FUNCTION {schema}.cityfund_undertaking_terms_meet_undo()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM 1 FROM {schema}.partnership
    JOIN {schema}.undertaking ON undertaking.partnership_id = partnership.id
    WHERE undertaking.id = NEW.undertaking_id FOR KEY SHARE OF partnership;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER undertaking_terms_meet_undo AFTER INSERT ON undertaking_version
FOR EACH ROW WHEN (new.version > 1) EXECUTE FUNCTION cityfund_undertaking_terms_meet_undo();

CREATE OR REPLACE FUNCTION {schema}.cityfund_offer_terms_meet_undo()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM 1 FROM {schema}.provider JOIN {schema}.offer ON offer.provider_id = provider.id
    WHERE offer.id = NEW.offer_id FOR KEY SHARE OF provider;
    IF NEW.cities <> '' THEN
        PERFORM 1 FROM {schema}.city
        WHERE city.code = ANY (string_to_array(NEW.cities, ';')) FOR KEY SHARE;
    END IF;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER offer_terms_meet_undo AFTER INSERT ON offer_version
FOR EACH ROW WHEN (new.version > 1 OR new.cities <> ''::text)
EXECUTE FUNCTION cityfund_offer_terms_meet_undo();

-- Every version of a seat writes the row of its body or office as it is. So all who change seats of
-- one place at once meet at that row, and none misses a seat that overlaps its own.

CREATE OR REPLACE FUNCTION {schema}.cityfund_seat_terms_meet_seats()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM set_config('cityfund.meets', 'on', true);
    UPDATE {schema}.body AS kept SET reuse = kept.reuse
    FROM {schema}.seat WHERE seat.id = NEW.seat_id AND kept.id = seat.body_id;
    UPDATE {schema}.office AS kept SET reuse = kept.reuse
    FROM {schema}.seat WHERE seat.id = NEW.seat_id AND kept.id = seat.office_id;
    PERFORM set_config('cityfund.meets', '', true);
    RETURN NULL;
END;
$function$;

CREATE TRIGGER seat_terms_meet_seats AFTER INSERT ON seat_version
FOR EACH ROW EXECUTE FUNCTION cityfund_seat_terms_meet_seats();

-- Every version of a partnership writes the row of its first city as it is. So all who change
-- partnerships of a pair at once meet at that row, and none misses one that overlaps its own.

CREATE OR REPLACE FUNCTION {schema}.cityfund_partnership_terms_meet_partnerships()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    PERFORM set_config('cityfund.meets', 'on', true);
    UPDATE {schema}.city AS kept SET reuse = kept.reuse
    FROM {schema}.partnership
    WHERE partnership.id = NEW.partnership_id AND kept.id = partnership.city_id;
    PERFORM set_config('cityfund.meets', '', true);
    PERFORM 1 FROM {schema}.city JOIN {schema}.partnership ON partnership.with_city_id = city.id
    WHERE partnership.id = NEW.partnership_id FOR KEY SHARE OF city;
    RETURN NULL;
END;
$function$;

CREATE TRIGGER partnership_terms_meet_partnerships AFTER INSERT ON partnership_version
FOR EACH ROW EXECUTE FUNCTION cityfund_partnership_terms_meet_partnerships();
