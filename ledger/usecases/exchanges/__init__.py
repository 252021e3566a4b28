"""City to city: the cities that could serve a need of expertise, and asking one of them.

Start with `suggest`.
"""
