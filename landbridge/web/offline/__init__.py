"""The records of a bundle as a plain folder of pages: no server, no script needed, relative links only."""
