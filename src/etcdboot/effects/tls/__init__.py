"""TLS and gRPC credentials, and what servers and clients show in a handshake."""
