"""Origins: the one record that another came from, and all that came of a record.

Rules only, on links between records; the store reads the links, and use cases and reports ask them.
Start with `links`.
"""
