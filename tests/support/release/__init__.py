"""Helpers of the tests of the distributions."""
