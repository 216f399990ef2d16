"""What only messaging profiles have: Telnyx's calls, and the numbers that are on a profile."""
