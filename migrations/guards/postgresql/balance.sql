-- Every holder and every side of a deal has its row of stages from the start, and keeps it.

CREATE OR REPLACE FUNCTION {schema}.cityfund_holder_has_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO {schema}.balance
        (holder_id, free, held, committed, delivered, withdrawn, expired)
    VALUES (NEW.id, 0, 0, 0, 0, 0, 0);
    RETURN NULL;
END;
$function$;

CREATE TRIGGER holder_has_balance AFTER INSERT ON holder
FOR EACH ROW EXECUTE FUNCTION cityfund_holder_has_balance();

CREATE OR REPLACE FUNCTION {schema}.cityfund_deal_has_balance()
 RETURNS trigger
 LANGUAGE plpgsql
 SECURITY DEFINER
 SET search_path TO 'pg_catalog', 'pg_temp'
AS $function$
BEGIN
    INSERT INTO {schema}.deal_balance (deal_id, side, held, committed, delivered)
    VALUES (NEW.id, 'need', 0, 0, 0), (NEW.id, 'offer', 0, 0, 0);
    RETURN NULL;
END;
$function$;

CREATE TRIGGER deal_has_balance AFTER INSERT ON deal
FOR EACH ROW EXECUTE FUNCTION cityfund_deal_has_balance();

-- That a row starts once is its primary key's.

CREATE OR REPLACE FUNCTION {schema}.cityfund_balance_starts_at_zero()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.free <> 0 OR NEW.held <> 0 OR NEW.committed <> 0
        OR NEW.delivered <> 0 OR NEW.withdrawn <> 0 OR NEW.expired <> 0
    THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: balance rows start at zero, once';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER balance_starts_at_zero BEFORE INSERT ON balance
FOR EACH ROW EXECUTE FUNCTION cityfund_balance_starts_at_zero();

CREATE OR REPLACE FUNCTION {schema}.cityfund_deal_balance_starts_at_zero()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.held <> 0 OR NEW.committed <> 0 OR NEW.delivered <> 0 THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: deal_balance rows start at zero, once';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER deal_balance_starts_at_zero BEFORE INSERT ON deal_balance
FOR EACH ROW EXECUTE FUNCTION cityfund_deal_balance_starts_at_zero();

CREATE TRIGGER balance_refuses_delete BEFORE DELETE ON balance
FOR EACH ROW EXECUTE FUNCTION cityfund_refuses();

CREATE TRIGGER balance_refuses_truncate BEFORE TRUNCATE ON balance
FOR EACH STATEMENT EXECUTE FUNCTION cityfund_refuses();

CREATE TRIGGER deal_balance_refuses_delete BEFORE DELETE ON deal_balance
FOR EACH ROW EXECUTE FUNCTION cityfund_refuses();

CREATE TRIGGER deal_balance_refuses_truncate BEFORE TRUNCATE ON deal_balance
FOR EACH STATEMENT EXECUTE FUNCTION cityfund_refuses();

-- Asked only of an update that names the key, so that movements pay nothing for it.

CREATE OR REPLACE FUNCTION {schema}.cityfund_keeps_its_owner()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        MESSAGE = CASE TG_TABLE_NAME
            WHEN 'balance' THEN 'cityfund guard: balance rows keep their holder'
            ELSE 'cityfund guard: deal_balance rows keep their deal'
        END;
END;
$function$;

CREATE TRIGGER balance_keeps_holder BEFORE UPDATE OF holder_id ON balance
FOR EACH ROW EXECUTE FUNCTION cityfund_keeps_its_owner();

CREATE TRIGGER deal_balance_keeps_deal BEFORE UPDATE OF deal_id, side ON deal_balance
FOR EACH ROW EXECUTE FUNCTION cityfund_keeps_its_owner();
