"""From a plan to the files its hosts need."""
