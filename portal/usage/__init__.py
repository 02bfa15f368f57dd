"""Calls and the figures made from them."""
