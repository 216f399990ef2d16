"""Whole projects on the local engine and the Pulumi CLI."""
