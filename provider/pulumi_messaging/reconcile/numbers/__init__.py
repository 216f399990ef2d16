"""Numbers, which exist before and after: what they are on, and their settings; single numbers and groups."""
