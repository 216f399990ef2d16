"""Create, read, update and delete of each resource: the pure core between two vendors' clients. Knows no engine."""
