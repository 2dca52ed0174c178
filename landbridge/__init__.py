"""Landbridge: an open clearing-house for technology transfer and scientific cooperation."""

__version__ = "0.1.0"
