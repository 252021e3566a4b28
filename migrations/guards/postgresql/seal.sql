-- Leaves stand in the tree one after another, and each seal covers more than the one before it,
-- never more than there is.

CREATE OR REPLACE FUNCTION {schema}.cityfund_sealed_leaf_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.position IS DISTINCT FROM 1 + (
        SELECT coalesce(max(kept.position), -1) FROM {schema}.sealed_leaf AS kept
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: sealed_leaf takes leaves one after another only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER sealed_leaf_follows BEFORE INSERT ON sealed_leaf
FOR EACH ROW EXECUTE FUNCTION cityfund_sealed_leaf_follows();

CREATE OR REPLACE FUNCTION {schema}.cityfund_seal_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM (
            SELECT coalesce(max(kept.number), 0) AS number, coalesce(max(kept.size), 0) AS size,
                coalesce(max(kept.last_request), 0) AS last_request
            FROM {schema}.seal AS kept
        ) AS before
        WHERE NEW.number = before.number + 1
            AND NEW.size > before.size
            AND NEW.size <= 1 + (
                SELECT coalesce(max(leaf.position), -1) FROM {schema}.sealed_leaf AS leaf
            )
            AND NEW.last_request > before.last_request
            AND NEW.last_request < NEW.request_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: seal takes what covers more than the one before it';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER seal_follows BEFORE INSERT ON seal
FOR EACH ROW EXECUTE FUNCTION cityfund_seal_follows();
