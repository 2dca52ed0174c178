"""Offers and requests between systems, as COAR Notify has them (Linked Data Notifications, ActivityStreams 2)."""
