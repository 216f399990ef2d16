"""Both vendors in process under a virtual clock, and the matrix of faults."""
