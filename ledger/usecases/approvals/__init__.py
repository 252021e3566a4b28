"""Approvals: add and end the rules, and answer what waits for an approval."""
