"""What is made from a plan: rendered files, certificates, judgements. Pure; siblings never import one another."""
