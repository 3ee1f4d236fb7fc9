"""Discovery tokens: made and watched, a module each; ``hosts`` finds the way to where they are kept."""
