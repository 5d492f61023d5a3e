"""An explanation as tables for people."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from scoring.calendar import date_of
from scoring.policy import Policy
from scoring.why.explanation import Explanation, NextTier
from streams.inquiry.source import Found
from streams.inquiry.wording import Words, permits, reviewed


def draw(found: Found, policy: Policy, told: Explanation) -> RenderableType:
    """The whole explanation."""
    words = Words(policy)
    parts: list[RenderableType] = ["\n".join(_head(found, policy, told, words))]
    if told.dimensions:
        parts.append(_dimensions(told, words))
    if told.next_tier is not None and told.next_tier.ways:
        parts.append(_missing(told.next_tier, words))
    if told.labels:
        parts.append(_labels(told, words))
    if told.triggers:
        parts.append(_triggers(told))
    if told.outlook:
        parts.append(_outlook(told, words))
    return Group(*(shown for part in parts for shown in (part, Text())))


def _head(found: Found, policy: Policy, told: Explanation, words: Words) -> Iterator[str]:
    if found.alias is not None:
        yield f"{found.customer} was merged into {found.alias}, who is meant from here on"
    ranked = f"{told.ranked_by} {words.ranked(told.value)}"
    if told.tier is None:
        yield f"{found.customer} is not graded yet: eligible is {policy.eligible}"
    else:
        yield f"{found.customer} is {told.tier}, {ranked}; target {told.target}"
    yield f"as of {told.as_of}, by {policy.policy_id} version {policy.version}" + (
        "" if date_of(found.day) == told.as_of else f"; the state stands at {date_of(found.day)}"
    )
    yield from _override(told)
    if told.keep is not None and told.keep.margin is not None:
        margin = told.keep.margin
        side = f"{words.ranked(margin)} above" if margin >= 0 else f"{words.ranked(-margin)} below"
        yield f"{told.keep.tier} is kept from {words.ranked(told.keep.at)} on: {side}"
    if told.tier_since is not None:
        held = f"held until {told.hold_until}" if told.held else "the hold is over"
        yield f"set on {told.tier_since}, {held}; changes so far: {told.version}"
    yield from _pending(told)
    if told.review is not None:
        yield reviewed(told.review)
    yield "next look without an event: " + (str(told.due_on) if told.due_on else "none")


def _override(told: Explanation) -> Iterator[str]:
    given = told.override
    if given is not None:
        until = "until it is cleared" if given.until is None else f"until {given.until}"
        yield f"{given.kind} {given.tier} {until}, set on {given.set_on} by {given.author}:"
        yield f"  {given.reason}; without it the tier would be {told.computed_tier or 'none'}"


def _pending(told: Explanation) -> Iterator[str]:
    if told.pending is None:
        return
    if told.pending.on is None:
        yield f"a demotion to {told.target} is pending; no day in sight brings it"
    else:
        by = f" by {told.pending.trigger}" if told.pending.trigger else ""
        yield f"a demotion is pending: {told.pending.to} on {told.pending.on}{by}"


def _dimensions(told: Explanation, words: Words) -> Table:
    score = "none" if told.score is None else f"{told.score:.2f}"
    table = Table(title=f"Score {score}", title_justify="left")
    for column in ("dimension", "reading"):
        table.add_column(column)
    for column in ("value", "of full marks", "weight", "points", "at most"):
        table.add_column(column, justify="right")
    for row in told.dimensions:
        share = "left out" if row.normalised is None else f"{row.normalised:.1%}"
        points = [f"{n:.2f}" if n is not None else "" for n in (row.points, row.full_marks)]
        value = words.number(row.value, row.unit)
        table.add_row(row.name, row.reading, value, share, f"{row.weight:g}", *points)
    return table


def _missing(next_tier: NextTier, words: Words) -> Table:
    missing = words.ranked(next_tier.missing)
    title = f"To {next_tier.tier}, from {words.ranked(next_tier.at)} on: {missing} missing"
    table = Table(title=title, title_justify="left")
    table.add_column("by this alone")
    table.add_column("what it takes")
    for way in next_tier.ways:
        name = f"{', '.join(way.dimensions)}: {way.reading}" if way.dimensions else way.reading
        table.add_row(name, words.way(way))
    table.add_row("one order", words.one_order(next_tier.one_order))
    return table


def _labels(told: Explanation, words: Words) -> Table:
    table = Table(title="Labels", title_justify="left")
    for column in ("label", "value", "because", "where"):
        table.add_column(column)
    for row in told.labels:
        because = row.when or ("nothing before it is true" if row.value else "no rule is true")
        table.add_row(row.name, row.value or "none", because, words.readings(row.readings))
    return table


def _triggers(told: Explanation) -> Table:
    title = f"Triggers: tier {told.computed_tier}, target {told.target}"
    table = Table(title=title, title_justify="left")
    for column in ("trigger", "fires on", "when", "permits", "now", "next day"):
        table.add_column(column)
    for row in told.triggers:
        on = "\n".join([*row.fires_on, *([row.calendar] if row.calendar else [])])
        now = f"held until {told.hold_until}" if row.verdict == "held" else row.verdict
        next_on = str(row.next_on or "")
        table.add_row(row.name, on, row.when or "", permits(row), now, next_on)
    return table


def _outlook(told: Explanation, words: Words) -> Table:
    table = Table(title="If nothing happens", title_justify="left")
    table.add_column("on")
    table.add_column("score" if told.ranked_by == "score" else told.ranked_by, justify="right")
    for column in ("tier", "target", "what changes"):
        table.add_column(column)
    for day in told.outlook:
        table.add_row(str(day.on), words.ranked(day.value), day.tier, day.target, words.day(day))
    return table
