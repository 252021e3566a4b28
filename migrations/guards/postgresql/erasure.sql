-- A text is erased as a row of `erasure` names it, and in no other way: the arguments of a trigger are
-- the number of the kind of leaf, the columns of the record, the version and the request, and then
-- each column with a text and the field that it is named by. A row without the column of a request is
-- named by its record and version alone.

CREATE OR REPLACE FUNCTION {schema}.cityfund_only_erases()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    was jsonb := to_jsonb(OLD);
    became jsonb := to_jsonb(NEW);
    kept jsonb := to_jsonb(NEW);
    record_id bigint := coalesce(CAST(to_jsonb(OLD) ->> nullif(TG_ARGV[1], '') AS bigint), 0);
    version_number bigint := coalesce(CAST(to_jsonb(OLD) ->> nullif(TG_ARGV[2], '') AS bigint), 0);
    erased boolean := false;
    argument integer := 4;
BEGIN
    WHILE argument < TG_NARGS LOOP
        IF was -> TG_ARGV[argument] IS DISTINCT FROM became -> TG_ARGV[argument] THEN
            erased := was ->> TG_ARGV[argument] <> '' AND EXISTS (
                SELECT 1 FROM {schema}.erasure AS named
                WHERE (TG_ARGV[3] = ''
                        OR named.erased_request = CAST(was ->> nullif(TG_ARGV[3], '') AS bigint))
                    AND named.field = TG_ARGV[argument + 1]
                    AND named.remains = became ->> TG_ARGV[argument]
                    AND (named.kind = 0 AND TG_ARGV[3] <> '' OR (
                        named.kind = CAST(TG_ARGV[0] AS integer) AND named.record = record_id
                        AND named.version = version_number
                    ))
            );
            EXIT WHEN erased IS NOT TRUE;
            kept := kept || jsonb_build_object(TG_ARGV[argument], was -> TG_ARGV[argument]);
        END IF;
        argument := argument + 2;
    END LOOP;
    IF erased IS NOT TRUE OR kept <> was THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: ' || TG_TABLE_NAME || ' is append-only, update refused';
    END IF;
    RETURN NEW;
END;
$function$;

-- The names of tables and columns are the arguments of its triggers, never what somebody typed.

CREATE OR REPLACE FUNCTION {schema}.cityfund_erases()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
DECLARE
    argument integer := 5;
    kind integer := CAST(TG_ARGV[1] AS integer);
    within text := quote_ident(TG_TABLE_SCHEMA) || '.';
    record_id text := CASE TG_ARGV[2] WHEN '' THEN '0' ELSE 'erased.' || quote_ident(TG_ARGV[2]) END;
    version text := CASE TG_ARGV[3] WHEN '' THEN '0' ELSE 'erased.' || quote_ident(TG_ARGV[3]) END;
    request text := CASE TG_ARGV[4] WHEN '' THEN '$2' ELSE 'erased.' || quote_ident(TG_ARGV[4]) END;
    leaf text;
BEGIN
    WHILE argument < TG_NARGS LOOP
        leaf := NULL;
        IF NEW.field = TG_ARGV[argument + 1] AND NEW.kind = kind THEN
            leaf := record_id || ' = $3 AND ' || version || ' = $4';
        ELSIF NEW.field = TG_ARGV[argument + 1] AND NEW.kind = 0 AND NEW.field IN ('reason', 'source')
        THEN
            leaf := 'NOT EXISTS (SELECT 1 FROM ' || within || 'disclosure AS own'
                || ' WHERE own.request_id = $2 AND own.kind = $6 AND own.record = ' || record_id
                || ' AND own.version = ' || version || ' AND own.field = $5)'
                || ' AND NOT EXISTS (SELECT 1 FROM ' || within || 'erasure AS own'
                || ' WHERE own.erased_request = $2 AND own.kind = $6 AND own.record = ' || record_id
                || ' AND own.version = ' || version || ' AND own.field = $5)';
        END IF;
        IF leaf IS NOT NULL THEN
            EXECUTE 'UPDATE ' || within || quote_ident(TG_ARGV[0]) || ' AS erased SET '
                || quote_ident(TG_ARGV[argument]) || ' = $1 WHERE ' || request
                || ' = $2 AND ' || quote_ident(TG_ARGV[argument]) || ' NOT IN ('''', $1) AND ' || leaf
                USING NEW.remains, NEW.erased_request, NEW.record, NEW.version, NEW.field, kind;
        END IF;
        argument := argument + 2;
    END LOOP;
    RETURN NULL;
END;
$function$;

CREATE OR REPLACE FUNCTION {schema}.cityfund_disclosure_is_erased()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    DELETE FROM {schema}.disclosure
    WHERE request_id = NEW.erased_request AND kind = NEW.kind AND record = NEW.record
        AND version = NEW.version AND place = NEW.place AND field = NEW.field
        AND field <> 'input';
    RETURN NULL;
END;
$function$;

CREATE TRIGGER disclosure_is_erased AFTER INSERT ON erasure
FOR EACH ROW EXECUTE FUNCTION cityfund_disclosure_is_erased();

CREATE OR REPLACE FUNCTION {schema}.cityfund_disclosure_refuses_delete()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF OLD.field = 'input' OR NOT EXISTS (
        SELECT 1 FROM {schema}.erasure AS named
        WHERE named.erased_request = OLD.request_id AND named.kind = OLD.kind
            AND named.record = OLD.record AND named.version = OLD.version
            AND named.place = OLD.place AND named.field = OLD.field
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: disclosure is append-only, delete refused';
    END IF;
    RETURN OLD;
END;
$function$;
