"""One file per act of an officer: each takes a unit of work and a command, and gives a receipt."""
