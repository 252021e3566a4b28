"""Import and export of the canonical tables.

Start with `import_tables`.
"""
