"""Between bytes and X.509: certificates, requests, lists, keys, chains."""
