"""From certificate requests to certificates, and the judgement of those that exist."""
