"""The expressions of a document, parsed; what the grammar cannot know is checked here."""

from scoring.errors import ExpressionError
from scoring.expressions import parse_condition, parse_number
from scoring.fold import RETAINED_DAYS
from scoring.syntax import Node, ReadingCall
from streams.policies.refusal import Refuse
from streams.policies.tree import Path

_STAND_IN = ReadingCall("lifetime_orders")


class Expressions:
    """Parses; every problem goes to `refuse` with the character it is at."""

    def __init__(self, refuse: Refuse, kinds: frozenset[str] | None) -> None:
        self._refuse = refuse
        self._kinds = kinds
        """The kinds of interaction there are; None if that is not known."""

    def condition(self, text: str | None, path: Path, fields: frozenset[str]) -> Node | None:
        """The condition of a text; None if there is none, or a wrong one."""
        if text is None:
            return None
        try:
            return parse_condition(text, fields, self._objection)
        except ExpressionError as error:
            self._refuse(path, error.problem, error.position)
            return None

    def reading(self, text: str, path: Path) -> ReadingCall:
        """The one reading a text names."""
        try:
            node = parse_number(text, self._objection)
        except ExpressionError as error:
            self._refuse(path, error.problem, error.position)
            return _STAND_IN
        if not isinstance(node, ReadingCall):
            self._refuse(path, "one reading is needed here, such as spend(365), no calculation")
            return _STAND_IN
        return node

    def _objection(self, call: ReadingCall) -> str | None:
        span = int(call.window or 0) + call.ending
        if call.name == "trend":
            span += int(call.window or 0)
        if span > RETAINED_DAYS:
            return f"{call} looks back {span} days, but rows are kept {RETAINED_DAYS} days"
        if call.kind is not None and self._kinds is not None and call.kind not in self._kinds:
            return f"unknown kind {call.kind!r}; known are {', '.join(sorted(self._kinds))}"
        return None
