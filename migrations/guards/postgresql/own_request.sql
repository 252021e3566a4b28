-- Called for the tables whose rows name the request they are written by: it was made by this session's
-- database user in this transaction, and their moment is its own. So nobody adds to what was recorded
-- earlier, in any name. Asked of officers alone: the owner copies what others recorded.

CREATE OR REPLACE FUNCTION {schema}.cityfund_row_is_of_its_session()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT pg_has_role(
        session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE'
    ) AND NOT EXISTS (
        SELECT 1 FROM {schema}.request AS made
        WHERE made.id = NEW.request_id AND made.database_user = CAST(session_user AS text)
            AND made.transaction_id = txid_current()
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: ' || TG_TABLE_NAME || ' takes rows of its own request only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE OR REPLACE FUNCTION {schema}.cityfund_dated_row_is_of_its_session()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    IF NOT pg_has_role(
        session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE'
    ) AND NOT EXISTS (
        SELECT 1 FROM {schema}.request AS made
        WHERE made.id = NEW.request_id AND made.database_user = CAST(session_user AS text)
            AND made.recorded_at = NEW.recorded_at
            AND made.transaction_id = txid_current()
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: ' || TG_TABLE_NAME || ' takes rows of its own request only';
    END IF;
    RETURN NEW;
END;
$function$;

-- Called for the tables whose ids come from a sequence, and with `number` where codes are numbered.

CREATE OR REPLACE FUNCTION {schema}.cityfund_number_is_of_its_session()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    next_id bigint;
    follows boolean;
    wrong boolean := false;
BEGIN
    IF pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NEW;
    END IF;
    EXECUTE 'SELECT last_value + 1 FROM ' || quote_ident(TG_TABLE_SCHEMA) || '.'
        || quote_ident(TG_TABLE_NAME || '_id_seq') INTO next_id;
    IF NEW.id > next_id THEN
        EXECUTE 'SELECT EXISTS (SELECT 1 FROM ' || quote_ident(TG_TABLE_SCHEMA) || '.'
            || quote_ident(TG_TABLE_NAME) || ' WHERE id = $1 - 1 AND request_id = $2)'
            INTO follows USING NEW.id, NEW.request_id;
        wrong := NOT follows;
    END IF;
    IF TG_NARGS > 0 THEN
        wrong := wrong OR NEW.number > 999999999;
    END IF;
    IF wrong OR NEW.id < 1 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: ' || TG_TABLE_NAME || ' has the numbers that follow only';
    END IF;
    RETURN NEW;
END;
$function$;
