"""Telegent mPaaS: tokens, message routes, and the numbers on them."""
