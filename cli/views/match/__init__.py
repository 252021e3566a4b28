"""A proposal and its acceptance, shown: start with `answer`; `text` has the lines for people."""
