"""What binds several needs, offers or projects together: limits, and the sequence of needs.

Everything here is pure. The acts on deals test it, matching honours it, and a named check
recomputes it from the journal. Start with `caps`, and with `sequence`.
"""
