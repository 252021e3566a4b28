"""In and out: canonical tables, import rules for other people's files, and what an import plans.

Nothing here knows a database: bytes come in, a plan of steps goes out, and records become files.
"""
