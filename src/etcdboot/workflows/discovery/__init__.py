"""Discovery tokens: created and watched; ``registry`` opens the place that keeps them."""
