"""All input and output, and no decisions: files, processes, sockets, the clock, randomness."""
