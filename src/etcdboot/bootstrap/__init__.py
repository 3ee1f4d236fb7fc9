"""How members find one another: discovery services, DNS records, checks before a start."""
