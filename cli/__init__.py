"""The command line.

`framework` parses and writes, `commands` holds one noun per file, `views` turn answers into
tables. Nothing of `ledger` imports it. Start with `main`, then `framework.command` and any file of
`commands`.
"""
