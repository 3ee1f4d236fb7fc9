"""Child processes: etcd under supervision, in the background, signers."""
