"""Helpers of the tests, by subject; no module here has tests."""
