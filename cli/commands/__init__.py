"""One file per noun: each command parses its arguments, calls one use-case and shows the answer.

Modules are imported only when their noun is called.
"""
