"""What a tenant owns on the platform: agents, squads, workflows, integrations, files, SIP trunks."""
