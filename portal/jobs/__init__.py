"""Daily work: what the portal does by itself, each at its hour, once however many workers there are."""
