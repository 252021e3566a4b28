"""Letters of introduction and briefs: values of records put into a text that a fund can replace.

Pure: what is written is decided by a template and the values it is given. Start with `templates`.
"""
