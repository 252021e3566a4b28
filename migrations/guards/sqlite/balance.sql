-- Every holder and every side of a deal has its row of stages from the start, and keeps it.

CREATE TRIGGER holder_has_balance AFTER INSERT ON holder
BEGIN
    INSERT INTO balance (holder_id, free, held, committed, delivered, withdrawn, expired)
    VALUES (NEW.id, 0, 0, 0, 0, 0, 0);
END;

CREATE TRIGGER deal_has_balance AFTER INSERT ON deal
BEGIN
    INSERT INTO deal_balance (deal_id, side, held, committed, delivered)
    VALUES (NEW.id, 'need', 0, 0, 0);
    INSERT INTO deal_balance (deal_id, side, held, committed, delivered)
    VALUES (NEW.id, 'offer', 0, 0, 0);
END;

CREATE TRIGGER balance_refuses_delete BEFORE DELETE ON balance
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: balance rows are kept, delete refused');
END;

CREATE TRIGGER balance_refuses_replace BEFORE INSERT ON balance
WHEN EXISTS (SELECT 1 FROM balance AS kept WHERE kept.holder_id = NEW.holder_id)
    OR NEW.free <> 0 OR NEW.held <> 0 OR NEW.committed <> 0
    OR NEW.delivered <> 0 OR NEW.withdrawn <> 0 OR NEW.expired <> 0
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: balance rows start at zero, once');
END;

CREATE TRIGGER balance_keeps_holder BEFORE UPDATE OF holder_id ON balance
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: balance rows keep their holder');
END;

CREATE TRIGGER deal_balance_refuses_delete BEFORE DELETE ON deal_balance
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_balance rows are kept, delete refused');
END;

CREATE TRIGGER deal_balance_refuses_replace BEFORE INSERT ON deal_balance
WHEN EXISTS (
        SELECT 1 FROM deal_balance AS kept
        WHERE kept.deal_id = NEW.deal_id AND kept.side = NEW.side
    )
    OR NEW.held <> 0 OR NEW.committed <> 0 OR NEW.delivered <> 0
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_balance rows start at zero, once');
END;

CREATE TRIGGER deal_balance_keeps_deal BEFORE UPDATE OF deal_id, side ON deal_balance
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: deal_balance rows keep their deal');
END;
