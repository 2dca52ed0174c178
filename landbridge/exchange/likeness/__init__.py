"""Records that describe one thing: found by the machine, linked, merged or kept apart by a person."""
