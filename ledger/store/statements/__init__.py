"""The rows of providers' statements, of the findings made of them, and the deals compared.

Start with `statements`.
"""
