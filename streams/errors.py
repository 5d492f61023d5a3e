"""Errors of the shell. Each class says whether trying again can help."""


class RegradeError(Exception):
    """Base of every error a user may see; its text is the whole message."""

    retriable = False
