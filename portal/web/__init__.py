"""How pages and documents are made. Knows no room."""
