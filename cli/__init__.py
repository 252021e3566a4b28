"""The command line: parses, calls a use-case or a query, and renders the answer."""
