"""Telnyx v2: a number's messaging settings, messaging profiles, bulk updates, and the numbers themselves."""
