"""Expected values of the core, and what `check` finds wrong."""
