"""Questions about restrictions: what bars one pair, what each of them bars, who is on a list.

Acts are tested against them elsewhere (`ledger.store.session.restrictions`), and the nightly run
lists what they catch. Nothing here writes but `screening`. Start with `report`.
"""
