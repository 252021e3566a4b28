-- One function refuses whatever a trigger hands to it.

CREATE OR REPLACE FUNCTION {schema}.cityfund_refuses()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
DECLARE
    why text := CASE
        WHEN TG_TABLE_NAME IN ('balance', 'deal_balance') THEN ' rows are kept, '
        ELSE ' is append-only, '
    END;
BEGIN
    RAISE EXCEPTION USING
        ERRCODE = 'check_violation',
        MESSAGE = 'cityfund guard: ' || TG_TABLE_NAME || why || lower(TG_OP) || ' refused';
END;
$function$;
