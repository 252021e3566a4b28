"""City to city: who leads in a topic, and which cities could teach the one that asks.

A credential is recorded; a standing is computed for a day, from what a city has delivered, the
credentials in force and what it offers. Measures are never blended: each has its own ranking. The
order of candidate cities is by named columns, all of which are printed. Everything here is pure:
the use cases read the ledger and hand over plain values. Start with `standing`.
"""
