"""Lists of records as feeds: Atom, RSS and JSON Feed."""
