"""Work on whole ledgers: creating the file, copying and comparing, facts about the server.

Start with `copy`.
"""
