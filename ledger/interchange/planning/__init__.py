"""What an import does: from canonical rows and the holdings of the ledger to a plan of steps.

Start with `plan`, which plans the tables in their order; `steps` are what a plan is made of, and
`context` is what the planning of one import shares. Nothing here reads or writes a database.
"""
