"""Rows in, text out: the formats a listing can be written in, as pure functions."""
