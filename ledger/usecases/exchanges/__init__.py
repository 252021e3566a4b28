"""City to city: the standing of cities in a topic, the cities that could serve a need, and asking.

Start with `standing`.
"""
