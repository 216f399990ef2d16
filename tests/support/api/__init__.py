"""A scripted vendor, and processes that share a rate limit."""
