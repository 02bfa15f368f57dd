"""Tenants: the platform's customers."""
