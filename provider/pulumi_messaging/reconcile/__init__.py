"""Reconcilers: create, read, update and delete of each resource over a vendor's client. They know no engine."""
