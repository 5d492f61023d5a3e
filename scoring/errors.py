"""What the core refuses, as exceptions with fields."""


class ScoringError(Exception):
    """Base of every error of the core."""

    retriable = False


class ExpressionError(ScoringError):
    """An expression the grammar does not allow.

    >>> print(ExpressionError("recency > 90", 0, "unknown name 'recency'"))
    unknown name 'recency', at character 1 of 'recency > 90'
    """

    def __init__(self, text: str, position: int, problem: str) -> None:
        self.text = text
        """The whole expression."""
        self.position = position
        """Index of the offending character, from 0."""
        self.problem = problem
        super().__init__(f"{problem}, at character {position + 1} of {text!r}")


class PolicyError(ScoringError):
    """A policy value that cannot be; `path` says where in the document.

    >>> print(PolicyError(("tiers", 1, "keep"), "must not be above enter"))
    tiers.1.keep: must not be above enter
    """

    def __init__(self, path: tuple[str | int, ...], problem: str) -> None:
        self.path = path
        self.problem = problem
        super().__init__(f"{'.'.join(str(p) for p in path)}: {problem}")
