"""The components on show: every part that pages are made of, in every state it can be in."""
