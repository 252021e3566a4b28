-- Applied to every version table of a register: versions follow one another without a hole.

CREATE TRIGGER {table}_follows BEFORE INSERT ON {table}
WHEN NEW.version <> 1 + (
    SELECT coalesce(max(kept.version), 0) FROM {table} AS kept WHERE kept.{owner} = NEW.{owner}
)
BEGIN
    SELECT RAISE(ABORT, 'cityfund guard: {table} takes versions one after another only');
END;
