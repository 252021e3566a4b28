-- Called for the tables whose rows name the request they are written by: it was made by this session's
-- database user in this transaction, and their moment is its own. So nobody adds to what was recorded
-- earlier, by whoever it was. Asked of officers alone: the owner copies what others recorded.

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
