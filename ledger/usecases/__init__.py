"""Use-cases: one function per act or report, joining the pure packages with the store.

They know no terminal; the command line calls them with values and shows what they return. A write
is one handler run by `ledger.store.session.execute`. Start with `deals`.
"""
