-- An approval rule is added in force, and ended once with the same terms.

CREATE TRIGGER approval_rule_follows BEFORE INSERT ON approval_rule
WHEN typeof(NEW.number) <> 'integer'
    OR NEW.number < 1
    OR NOT (
        NEW.version = 1 AND NEW.in_force
        OR NEW.version = 2 AND NOT NEW.in_force AND EXISTS (
            SELECT 1 FROM approval_rule AS kept
            WHERE kept.number = NEW.number AND kept.version = 1 AND kept.act = NEW.act
                AND kept.amount IS NEW.amount AND kept.unit IS NEW.unit
        )
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: approval_rule is added once, and ended once');
END;

-- A standing approval likewise.

CREATE TRIGGER standing_approval_follows BEFORE INSERT ON standing_approval
WHEN typeof(NEW.number) <> 'integer'
    OR NEW.number < 1
    OR NOT (
        NEW.version = 1 AND NEW.in_force
        OR NEW.version = 2 AND NOT NEW.in_force AND EXISTS (
            SELECT 1 FROM standing_approval AS kept
            WHERE kept.number = NEW.number AND kept.version = 1
                AND kept.provider_id = NEW.provider_id AND kept.amount = NEW.amount
                AND kept.unit = NEW.unit AND kept.until = NEW.until
        )
    )
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: standing_approval is added once, and ended once');
END;

-- An approval is answered by another identity than who asked for it.

CREATE TRIGGER approval_answer_is_anothers BEFORE INSERT ON approval_answer
WHEN NOT EXISTS (
    SELECT 1
    FROM approval
    JOIN request AS asking ON asking.id = approval.request_id
    JOIN request AS answering ON answering.id = NEW.request_id
    WHERE approval.id = NEW.approval_id
        AND coalesce(asking.database_user, asking.system_user)
            <> coalesce(answering.database_user, answering.system_user)
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: approval_answer is by another identity only');
END;

-- A request is recorded by an approval that another identity gave for its key, or by a standing one.

CREATE TRIGGER approval_use_is_covered BEFORE INSERT ON approval_use
WHEN NOT EXISTS (
    SELECT 1
    FROM request AS made
    JOIN approval ON approval.id = NEW.approval_id AND approval.key = made.key
    JOIN approval_answer AS answer
        ON answer.approval_id = approval.id AND answer.answer = 'given'
    JOIN request AS answering ON answering.id = answer.request_id
    WHERE made.id = NEW.request_id
        AND coalesce(made.database_user, made.system_user)
            <> coalesce(answering.database_user, answering.system_user)
) AND NOT EXISTS (
    SELECT 1
    FROM request AS made
    JOIN standing_approval AS standing ON standing.number = NEW.standing AND standing.version = 1
    JOIN request AS answering ON answering.id = standing.request_id
    WHERE made.id = NEW.request_id
        AND coalesce(made.database_user, made.system_user)
            <> coalesce(answering.database_user, answering.system_user)
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: approval_use names an approval by another identity only');
END;

-- Who asked for an approval, answered it, or recorded by it can be told apart for ever.

CREATE TRIGGER erasure_keeps_identities BEFORE INSERT ON erasure
WHEN NEW.field IN ('database_user', 'system_user') AND (
    EXISTS (SELECT 1 FROM approval AS kept WHERE kept.request_id = NEW.erased_request)
    OR EXISTS (SELECT 1 FROM approval_answer AS kept WHERE kept.request_id = NEW.erased_request)
    OR EXISTS (SELECT 1 FROM approval_use AS kept WHERE kept.request_id = NEW.erased_request)
    OR EXISTS (SELECT 1 FROM standing_approval AS kept WHERE kept.request_id = NEW.erased_request)
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: erasure keeps the identities of approvals');
END;
