"""Nouns and words of the command line, one module each, loaded when used."""
