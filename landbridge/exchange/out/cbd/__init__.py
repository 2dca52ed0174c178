"""Records in the CBD's own formats."""
