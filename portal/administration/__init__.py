"""How programs of the platform itself look at tenants, set their quotas, and block them."""
