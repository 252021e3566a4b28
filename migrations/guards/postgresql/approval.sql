-- An approval rule is added in force, and ended once with the same terms.

CREATE OR REPLACE FUNCTION {schema}.cityfund_approval_rule_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.number < 1
        OR NOT (
            NEW.version = 1 AND NEW.in_force
            OR NEW.version = 2 AND NOT NEW.in_force AND EXISTS (
                SELECT 1 FROM {schema}.approval_rule AS kept
                WHERE kept.number = NEW.number AND kept.version = 1 AND kept.act = NEW.act
                    AND kept.amount IS NOT DISTINCT FROM NEW.amount AND kept.unit IS NOT DISTINCT FROM NEW.unit
            )
        )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: approval_rule is added once, and ended once';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER approval_rule_follows BEFORE INSERT ON approval_rule
FOR EACH ROW EXECUTE FUNCTION cityfund_approval_rule_follows();

-- A standing approval likewise.

CREATE OR REPLACE FUNCTION {schema}.cityfund_standing_approval_follows()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.number < 1
        OR NOT (
            NEW.version = 1 AND NEW.in_force
            OR NEW.version = 2 AND NOT NEW.in_force AND EXISTS (
                SELECT 1 FROM {schema}.standing_approval AS kept
                WHERE kept.number = NEW.number AND kept.version = 1
                    AND kept.provider_id = NEW.provider_id AND kept.amount = NEW.amount
                    AND kept.unit = NEW.unit AND kept.until = NEW.until
            )
        )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: standing_approval is added once, and ended once';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER standing_approval_follows BEFORE INSERT ON standing_approval
FOR EACH ROW EXECUTE FUNCTION cityfund_standing_approval_follows();

-- An approval is answered by another identity than who asked for it.

CREATE OR REPLACE FUNCTION {schema}.cityfund_approval_answer_is_anothers()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM {schema}.approval AS approval
        JOIN {schema}.request AS asking ON asking.id = approval.request_id
        JOIN {schema}.request AS answering ON answering.id = NEW.request_id
        WHERE approval.id = NEW.approval_id
            AND coalesce(asking.database_user, asking.system_user)
                <> coalesce(answering.database_user, answering.system_user)
    )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: approval_answer is by another identity only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER approval_answer_is_anothers BEFORE INSERT ON approval_answer
FOR EACH ROW EXECUTE FUNCTION cityfund_approval_answer_is_anothers();

-- A request is recorded by an approval that another identity gave for its key, or by a standing one.

CREATE OR REPLACE FUNCTION {schema}.cityfund_approval_use_is_covered()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT 1
        FROM {schema}.request AS made
        JOIN {schema}.approval AS approval ON approval.id = NEW.approval_id AND approval.key = made.key
        JOIN {schema}.approval_answer AS answer
            ON answer.approval_id = approval.id AND answer.answer = 'given'
        JOIN {schema}.request AS answering ON answering.id = answer.request_id
        WHERE made.id = NEW.request_id
            AND coalesce(made.database_user, made.system_user)
                <> coalesce(answering.database_user, answering.system_user)
    ) AND NOT EXISTS (
        SELECT 1
        FROM {schema}.request AS made
        JOIN {schema}.standing_approval AS standing ON standing.number = NEW.standing AND standing.version = 1
        JOIN {schema}.request AS answering ON answering.id = standing.request_id
        WHERE made.id = NEW.request_id
            AND coalesce(made.database_user, made.system_user)
                <> coalesce(answering.database_user, answering.system_user)
    )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: approval_use names an approval by another identity only';
    END IF;
    IF NEW.standing IS NOT NULL
        AND NOT has_table_privilege(session_user, '{schema}.night_run', 'INSERT')
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: approval_use names a standing approval in a night only';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER approval_use_is_covered BEFORE INSERT ON approval_use
FOR EACH ROW EXECUTE FUNCTION cityfund_approval_use_is_covered();

-- Who asked for an approval, answered it, or recorded by it can be told apart for ever.

CREATE OR REPLACE FUNCTION {schema}.cityfund_erasure_keeps_identities()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.field IN ('database_user', 'system_user') AND (
        EXISTS (SELECT 1 FROM {schema}.approval AS kept WHERE kept.request_id = NEW.erased_request)
        OR EXISTS (SELECT 1 FROM {schema}.approval_answer AS kept WHERE kept.request_id = NEW.erased_request)
        OR EXISTS (SELECT 1 FROM {schema}.approval_use AS kept WHERE kept.request_id = NEW.erased_request)
        OR EXISTS (
            SELECT 1 FROM {schema}.standing_approval AS kept WHERE kept.request_id = NEW.erased_request
        )
    )
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: erasure keeps the identities of approvals';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER erasure_keeps_identities BEFORE INSERT ON erasure
FOR EACH ROW EXECUTE FUNCTION cityfund_erasure_keeps_identities();
