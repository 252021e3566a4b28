"""Matching: which offers should serve which needs so that the most projects end complete."""
