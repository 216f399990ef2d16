"""The version, in one place: the package, the user agent and the command read it here."""

__version__ = "0.1.0"
