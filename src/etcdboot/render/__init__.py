"""A member's files: settings, units, scripts, and the steps for the operator."""
