-- Needs and offers share the ids of holders: each takes one of its own side, so that no holder is
-- both, and a movement on it moves one thing. A holder that another writer has not yet committed
-- is none: the foreign key is asked later, and might find it.

CREATE OR REPLACE FUNCTION {schema}.cityfund_is_its_own_holder()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NOT EXISTS (
        SELECT 1 FROM {schema}.holder AS holder
        WHERE holder.id = NEW.id AND holder.side = TG_TABLE_NAME
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = CASE TG_TABLE_NAME
                WHEN 'need' THEN 'cityfund guard: a need takes a holder of needs'
                ELSE 'cityfund guard: an offer takes a holder of offers'
            END;
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER need_is_its_own_holder BEFORE INSERT ON need
FOR EACH ROW EXECUTE FUNCTION cityfund_is_its_own_holder();

CREATE TRIGGER offer_is_its_own_holder BEFORE INSERT ON offer
FOR EACH ROW EXECUTE FUNCTION cityfund_is_its_own_holder();

-- A deal joins an offer and a need of one factor, at a rate above zero. The digits themselves are
-- asked for: this engine's numbers know an infinity, and one that is no number.

CREATE OR REPLACE FUNCTION {schema}.cityfund_deal_joins_one_factor()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.rate !~ '^[0-9]+([.][0-9]+)?$' OR NEW.rate !~ '[1-9]' OR NOT EXISTS (
        SELECT 1
        FROM {schema}.need AS need
        JOIN {schema}.offer AS offer ON offer.factor = need.factor
        WHERE need.id = NEW.need_id AND offer.id = NEW.offer_id
    ) THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: a deal joins one factor, at a rate above zero';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER deal_joins_one_factor BEFORE INSERT ON deal
FOR EACH ROW EXECUTE FUNCTION cityfund_deal_joins_one_factor();

CREATE OR REPLACE FUNCTION {schema}.cityfund_rate_is_a_number()
 RETURNS trigger
 LANGUAGE plpgsql
AS $function$
BEGIN
    IF NEW.rate !~ '^[0-9]+([.][0-9]+)?$' OR NEW.rate !~ '[1-9]' THEN
        RAISE EXCEPTION USING
            ERRCODE = 'check_violation',
            MESSAGE = 'cityfund guard: a rate is a number above zero';
    END IF;
    RETURN NEW;
END;
$function$;

CREATE TRIGGER rate_is_a_number BEFORE INSERT ON rate
FOR EACH ROW EXECUTE FUNCTION cityfund_rate_is_a_number();
