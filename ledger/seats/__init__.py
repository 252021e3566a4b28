"""Seats: what cities are in bodies and offices, over which days, and what is refused of them.

A fact is recorded and a standing is computed: a seat has its dates, and whether it is in force, and
whether its city is a member, is an answer for a day. Everything here is pure. Use cases refuse by
`rules`, and reports are made from the spans of `spans`. Start with `spans`.
"""
