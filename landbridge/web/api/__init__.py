"""The reading API, `/api/v1/`: everything public, for programs, without a key."""
