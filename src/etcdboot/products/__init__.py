"""What is made from a plan: files, certificates, judgements. Pure; siblings never import one another."""
