"""Doors to the outside: each can be closed, and none leads back inside."""
