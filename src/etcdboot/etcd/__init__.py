"""What etcd does, release by release: flags, defaults, feature gates, the write-ahead log, log lines."""
