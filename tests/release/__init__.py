"""The distributions: what is built, where they install, and with which versions of the dependencies they work."""
