"""The figures this project promises, each measured by one command: ``python -m benchmarks NAME``."""
