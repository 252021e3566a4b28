"""Import rules: TOML files that say how the rows of a foreign file become canonical rows.

Start reading at `rule`, the model of a rule, and `apply`, which applies one. Nothing outside
`ledger.interchange` and the use cases of imports, screening and statements imports this package.
"""
