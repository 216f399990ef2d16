"""Messaging settings of Telnyx numbers: single numbers and groups."""
