"""Records as OGC API Records, part 1: core."""
