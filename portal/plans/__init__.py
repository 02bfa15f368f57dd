"""The plan catalogue: what a plan costs, includes and allows."""
