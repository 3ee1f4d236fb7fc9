"""The DNS records of a cluster: those it wants, as name servers read them, and against what DNS says."""
