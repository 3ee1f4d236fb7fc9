"""Values that every other folder uses: addresses, durations, artifacts, diagnostics and errors."""
