-- Needs and offers share the ids of holders: each takes one of its own side, so that no holder is
-- both, and a movement on it moves one thing. That there is one at all is the foreign key's.

CREATE TRIGGER need_is_its_own_holder BEFORE INSERT ON need
WHEN EXISTS (SELECT 1 FROM holder WHERE holder.id = NEW.id AND holder.side <> 'need')
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: a need takes a holder of needs');
END;

CREATE TRIGGER offer_is_its_own_holder BEFORE INSERT ON offer
WHEN EXISTS (SELECT 1 FROM holder WHERE holder.id = NEW.id AND holder.side <> 'offer')
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: an offer takes a holder of offers');
END;

-- A deal joins an offer and a need of one factor, at a rate above zero.

CREATE TRIGGER deal_joins_one_factor BEFORE INSERT ON deal
WHEN CAST(NEW.rate AS NUMERIC) <= 0 OR NOT EXISTS (
    SELECT 1 FROM need JOIN offer ON offer.factor = need.factor
    WHERE need.id = NEW.need_id AND offer.id = NEW.offer_id
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: a deal joins one factor, at a rate above zero');
END;
