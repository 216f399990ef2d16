"""Bugs put in on purpose, each in a copy of the source tree, to see that the tests catch them: ``make mutants``."""
