"""What everything else stands on: errors, reports, addresses, durations, syntaxes. Imports nothing of ours."""
