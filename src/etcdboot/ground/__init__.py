"""What everything else stands on: errors, reports, addresses, syntaxes. Imports nothing of ours."""
