"""A brute-force recomputation of grades, written from the semantics page alone.

It shares no code with the engine: it keeps plain per-day rows, evaluates every
customer on every day, and recomputes every reading from the rows each time. It is
slow on purpose; being obviously right is all it is for.
"""

from oracle.event import Event, Result
from oracle.replay import replay

__all__ = ["Event", "Result", "replay"]
