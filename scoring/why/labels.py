"""Each label's value, the rule that gave it, and the readings that rule looked at."""

from dataclasses import replace

from scoring.analysis import readings_of
from scoring.compile import compile_policy
from scoring.customer import CustomerState
from scoring.explain import major
from scoring.policy import Dimension, Label, Policy
from scoring.syntax import ReadingCall
from scoring.units import Day
from scoring.why.explanation import LabelRow
from scoring.why.wording import text_of


class LabelReader:
    """Explains the labels of one policy.

    The last resort has no condition of its own: its readings are what spoke against the others.

    >>> from scoring.expressions import parse_condition
    >>> from scoring.policy import Rule
    >>> rules = Rule("high", parse_condition("recency_days >= 90")), Rule("low")
    >>> churn = Label("churn_risk", rules)
    >>> reader = LabelReader(Policy("shop", 1, "UTC", "EUR", tiers=(), labels=(churn,)))
    >>> [low] = reader.rows(CustomerState(last_purchase=Day(10)), Day(99), [1])
    >>> low.value, low.when, low.readings
    ('low', None, {'recency_days': 89})
    """

    def __init__(self, policy: Policy) -> None:
        self._labels = policy.labels
        calls: dict[ReadingCall, None] = {}
        for label in policy.labels:
            calls.update(dict.fromkeys(_calls(label, len(label.rules) - 1)))
        self._calls = list(calls)
        # A scorecard of these readings: compiled as those of policies are.
        dimensions = tuple(Dimension(str(call), call, "share", 1.0) for call in calls)
        self._grader = compile_policy(replace(policy, dimensions=dimensions, labels=()))

    def rows(self, state: CustomerState, day: Day, values: list[int]) -> list[LabelRow]:
        """One row for each label; `values` are the indices of the rules that matched."""
        details = self._grader.details(state, day)
        known = dict(zip(self._calls, (value for value, _ in details), strict=True))
        rows = []
        for label, at in zip(self._labels, values, strict=True):
            rule = label.rules[at] if at >= 0 else None
            last = at if at >= 0 else len(label.rules) - 1
            readings = {
                str(call): major(self._grader, call.name, known[call])
                for call in _calls(label, last)
            }
            when = None if rule is None or rule.when is None else text_of(rule.when)
            rows.append(LabelRow(label.name, None if rule is None else rule.value, when, readings))
        return rows


def _calls(label: Label, last: int) -> list[ReadingCall]:
    """The readings of the rules up to the one that matched: those before it were asked first."""
    whens = [rule.when for rule in label.rules[: last + 1] if rule.when is not None]
    return list(dict.fromkeys(call for when in whens for call in readings_of(when)))
