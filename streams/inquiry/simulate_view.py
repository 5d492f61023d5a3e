"""A simulation as tables: who would move at once, who at the next review, and what of it."""

from collections.abc import Iterator

from rich.table import Table

from scoring.calendar import iso
from scoring.policy import Policy
from streams.inquiry.simulate_result import Guard, Simulation
from streams.replay.report_comparison_view import WAYS, sample_table
from streams.replay.report_counts import share
from streams.replay.report_view import matrix_table, number, numbers, percent
from streams.screen import table

_WAYS = WAYS | {"newly_graded": "from no tier", "other": "to a tier not comparable by order"}


def headline(found: Simulation) -> str:
    """How many would move at once, and how many at the next review."""
    day = " to ".join(found.as_of) or "no day yet"
    return (
        f"Under {name_of(found.new)} {_part(found.at_once.moved, found)} of "
        f"{found.customers:,} customers move at once, "
        f"{_part(found.at_review.moved, found)} at their next review; "
        f"{found.at_once.labels_only:,} more differ at once only in labels{_asked(found)}. "
        f"As of {day}."
    )


def _asked(found: Simulation) -> str:
    """Who waits for somebody to decide, where the new policy asks for it."""
    cases = found.cases
    if not cases.rules:
        return ""
    return f"; {_part(cases.opened, found)} are put into review instead"


def name_of(policy: Policy) -> str:
    """A policy with its version."""
    return f"{policy.policy_id} v{policy.version}"


def verdict(found: Simulation, guard: Guard) -> str:
    """What the guard says, and how many go down without the new policy as well."""
    said = "above" if guard.holds else "within"
    unanswered = found.cases.unanswered
    silent = f" ({unanswered:,} of them if nobody answers their case)" if unanswered else ""
    return (
        f"{found.demoted + unanswered:,} of {found.customers:,} customers ({guard.share:.2%}) "
        f"would be demoted{silent}, {said} the {guard.allowed:.2%} of move.max_move_share; "
        f"{found.anyway:,} of them go down at their next review under {name_of(found.current)} "
        "as well"
    )


def tables(found: Simulation) -> Iterator[Table]:
    """Everything there is to see before a policy is used."""
    yield _tiers(found)
    yield _matrix(found)
    yield _ways(found)
    if found.reviews:
        yield _reviews(found)
    yield from _labels(found)
    if benefits := found.benefits():
        shown = table(
            "Benefits: customers who",
            *("benefit", "gain at once", "lose at once", "gain by the review"),
            *("lose by the review", "have it at another value"),
        )
        for name, count in benefits.items():
            shown.add_row(name, *numbers(count))
        yield shown
    if found.cases.rules or found.cases.waiting:
        yield from _cases(found)
    for when, comparison in (
        ("At once", found.at_once),
        ("At the next review", found.at_review),
        ("Put into review", found.cases.proposed),
    ):
        if comparison.moved:
            shown = sample_table(comparison, ("tier", "then", "score now", "score then"))
            shown.title = f"{when}: {shown.title}"
            yield shown


def _part(count: int, found: Simulation) -> str:
    return f"{count:,} ({percent(share(count, found.customers)) or '0.0%'})"


def _tiers(found: Simulation) -> Table:
    shown = table("Customers per tier", "tier")
    for column in ("now", "at once", "after the next review"):
        shown.add_column(column, justify="right")
        shown.add_column("share", justify="right")
    for name, *counts in found.tier_counts():
        cells = [
            text
            for count in counts
            for text in (number(count), percent(share(count, found.customers)))
        ]
        shown.add_row(name, *cells)
    return shown


def _matrix(found: Simulation) -> Table:
    after = found.after
    rows: list[str | None] = [tier.name for tier in reversed(found.current.tiers)]
    return matrix_table(
        f"Customers by tier now (rows) and after the next review under {name_of(found.new)} "
        "(columns)",
        after,
        [*rows, None] if any(row is None for row, _ in after) else rows,
        [tier.name for tier in reversed(found.new.tiers)],
    )


def _ways(found: Simulation) -> Table:
    shown = table("Who moves when", "moves", "at once", "at the next review")
    review = found.at_review.directions
    for way, count in found.at_once.directions.items():
        if count or review[way] or way in ("up", "down"):
            shown.add_row(_WAYS[way], *numbers([count, review[way]]))
    shown.add_row("above the target, and no review takes them down", ".", number(found.pending))
    return shown


def _cases(found: Simulation) -> Iterator[Table]:
    cases = found.cases
    shown = table("Put into review instead of moving", "cases", "customers")
    for name, count in (
        ("opened at once", cases.at_once),
        ("opened at the next review", cases.at_review),
        ("open already, and still open", cases.waiting),
        ("demoted if nobody answers", cases.unanswered),
        *((f"by the rule {rule}", count) for rule, count in cases.rules.items()),
    ):
        shown.add_row(name, number(count))
    yield shown
    if cases.opened:
        names: list[str | None] = [tier.name for tier in reversed(found.new.tiers)]
        title = "New cases by tier held (rows) and tier proposed (columns)"
        yield matrix_table(title, cases.proposed.matrix, names, names)


def _reviews(found: Simulation) -> Table:
    shown = table("Reviews at which they move, the hold being over", "day", "customers")
    for day, count in sorted(found.reviews.items()):
        shown.add_row(iso(day), number(count))
    return shown


def _labels(found: Simulation) -> Iterator[Table]:
    labels = found.labels
    if not labels.counts:
        return
    columns = ("label", "value", "now", "then", "differ", "go up", "go down")
    shown = table(
        "Labels at once, and who of those now goes up or down by the review", *columns, texts=2
    )
    for label in labels.counts:
        differ = found.at_once.labels.get(label)
        for at, (value, (now, then, *moves)) in enumerate(labels.rows(label)):
            first = at == 0
            told = "" if not first or differ is None else number(differ)
            cells = (*numbers([now, then]), told, *numbers(moves))
            shown.add_row(label if first else "", value or "null", *cells)
    yield shown
