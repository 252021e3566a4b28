"""Meetings of bodies, who attended and what they did there, motions, targets, and engagement.

Pure rules on records of the registers of meetings; nothing here reads the ledger. The store reads
the records, the use cases join them. Start with `records`, then `engagement`, which measures how
far a city is present, effective and deciding in a body.
"""
