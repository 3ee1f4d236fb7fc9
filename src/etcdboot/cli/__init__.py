"""The command line: thin click commands, and all of rich."""
