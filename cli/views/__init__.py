"""Views: from the answers of use-cases to rows, texts and documents for people.

Only commands import them.
"""
