"""The first cluster.yaml of somebody who has hosts, or nothing."""
