"""People: signing up and in, sessions, tokens."""
