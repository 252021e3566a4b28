"""Adding, editing, withdrawing and reinstating records of the registers.

Start with `records`.
"""
