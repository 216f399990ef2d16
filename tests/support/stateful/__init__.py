"""Random histories of a stack, and their invariants."""
