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

-- An office is append-only but for a row in error, which is written as it is.

CREATE OR REPLACE FUNCTION {schema}.cityfund_office_refuses_update()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW IS DISTINCT FROM OLD OR NOT EXISTS (
        SELECT 1 FROM {schema}.office_version AS terms
        WHERE terms.office_id = OLD.id AND terms.in_error
    )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: office is append-only, update refused';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER office_refuses_update BEFORE UPDATE ON office
FOR EACH ROW EXECUTE FUNCTION cityfund_office_refuses_update();
