"""Node to node: keys, signed statements on records, what is taken from whom, and the exchange itself."""
