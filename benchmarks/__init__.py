"""How much the house costs over the least that could serve the same."""
