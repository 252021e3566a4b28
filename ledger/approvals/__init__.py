"""Approvals: which acts another person has to approve first, and what an approval covers.

Everything here is pure. Each write is tested against the rules once its effect is planned and
before it is recorded, and a named check judges what was recorded. Start with `rules`, then
`effect` (what is approved) and `standing`.
"""
