"""Long runs that must lose nothing, double nothing and break no limit: ``python -m soak`` (README.md)."""
