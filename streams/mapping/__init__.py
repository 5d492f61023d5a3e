"""Rows of other systems -> our events, by a mapping that is data."""
