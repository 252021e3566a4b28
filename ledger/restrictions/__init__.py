"""Restrictions: which pairings of an offer and a need somebody else's rule bars, and on which days.

A restriction binds some parties or everybody, and targets some; a pair is barred where one of its
parties is bound and the other is a target. An exemption covers a pair or does not. Everything
here is pure: it judges one pair on one day from the records that it is given. Eligibility has it
as its last rule, the acts on deals test it, and the nightly run reports what it catches. Start
with `bars`.
"""
