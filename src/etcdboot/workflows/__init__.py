"""One module per command: load, plan, make the product, hand it to the effects; returns a result value."""
