-- The user who records something is the one that the server knows, at the moment of the server's
-- clock, under a number that a sequence gave: nobody records in another's name, changes what was known
-- at a moment, or uses up the numbers of all. Asked of officers alone: the owner copies what others
-- recorded. A dry run draws no numbers, and takes those that would come next.

CREATE OR REPLACE FUNCTION {schema}.cityfund_request_is_of_its_session()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    clock bigint := CAST(extract(epoch FROM clock_timestamp()) * 1000000 AS bigint);
    wrong text;
BEGIN
    IF pg_has_role(session_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE') THEN
        RETURN NEW;
    END IF;
    IF NEW.database_user IS DISTINCT FROM CAST(session_user AS text) THEN
        wrong := 'a request names the database user who makes it';
    ELSIF NEW.transaction_id IS DISTINCT FROM txid_current() THEN
        wrong := 'a request names the transaction it is made in';
    ELSIF NEW.recorded_at NOT BETWEEN clock - 60000000 AND clock + 300000000 THEN
        wrong := 'a request is recorded at the moment of the clock';
    ELSIF NEW.id > (SELECT last_value + 1 FROM {schema}.request_id_seq) OR NEW.id <= (
        SELECT coalesce(max(seal.last_request), 0) FROM {schema}.seal
        WHERE seal.number = (SELECT max(newest.number) FROM {schema}.seal AS newest)
    ) THEN
        wrong := 'a request has the number that its sequence gave';
    END IF;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation', MESSAGE = 'cityfund guard: ' || wrong;
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER request_is_of_its_session BEFORE INSERT ON request
FOR EACH ROW EXECUTE FUNCTION cityfund_request_is_of_its_session();
