"""One file for each syntax that is read or written, and the quoting that each of them needs."""
