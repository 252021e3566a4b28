"""What binds several needs, offers or projects together: the sequence of the needs of a project.

Everything here is pure. The acts on deals test it, matching honours it, and a named check
recomputes it from the journal. Start with `sequence`.
"""
