"""Use-cases of matching: propose, store, accept and explain proposals, what-if, worth of gaps.

Start reading with `propose`.
"""
