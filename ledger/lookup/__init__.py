"""Finding records by the words that a person knows of them: what is asked, and how well it fits.

Texts are compared as `ledger.core.text.name_key` folds them, whatever their script. The package is
pure: `ledger.store.lookup` reads the texts that can fit, and `ledger.usecases.lookup` ranks them.
Start reading at `query`.
"""
