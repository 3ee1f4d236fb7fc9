"""One quote-and-parse pair per file syntax that a value can land in."""
