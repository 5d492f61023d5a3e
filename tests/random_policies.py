"""Hypothesis draws policy documents: every normaliser, trigger and label shape."""

from typing import Any

from hypothesis import strategies as st
from random_conditions import BOUNDS, comparisons, conditions, exact_days, fields, readings

Document = dict[str, Any]

RANKED_BY = (
    "spend(30)",
    "orders(90)",
    "margin(30)",
    "refunds(30)",
    "average_order(30)",
    "active_days(30, ending=1)",
    "categories(90)",
    "interactions(7)",
    "recency_days",
    "inactive_days",
    "tenure_days",
    "lifetime_spend",
    "last_order_amount",
)
ZONES = ("UTC", "Asia/Shanghai", "America/New_York", "America/Sao_Paulo")
LIVELY = ("spend", "orders", "active_days", "interactions", "recency_days", "refunds")
"""Readings that most histories move."""
FIRES_ON = (
    "any",
    "any",
    "any",
    "tick",
    "tick",
    "order.paid",
    "order.refunded",
    "interaction",
    "manual",
)
CALENDARS = ("monthly", "quarterly", "half-yearly")


@st.composite
def dimensions(draw: st.DrawFn, at: int) -> Document:
    """One dimension, with any normaliser and any way of missing."""
    limits = st.sampled_from([0.5, 1, 3, 40, 90, 250])
    normaliser = draw(st.sampled_from(["cap", "decay", "share", "steps"]))
    value: Any = True
    if normaliser in ("cap", "decay"):
        value = draw(limits)
    elif normaliser == "steps":
        bounds = sorted(draw(st.sets(st.sampled_from([-1, 0, 1, 2, 30, 99.5, 100]))))
        value = [
            {"from": bound, "value": draw(st.sampled_from([0, 0.25, 0.5, 1]))}
            for bound in bounds or [1]
        ]
    dimension = {
        "name": f"d{at}",
        "reading": draw(readings(LIVELY) | readings()),
        normaliser: value,
        "weight": draw(st.sampled_from([0.25, 0.35, 1, 2])),
    }
    missing = draw(st.sampled_from([None, 0, 0.5, 1, "skip", "skip"]))
    return dimension if missing is None else dimension | {"missing": missing}


@st.composite
def ladders(draw: st.DrawFn, bounds: tuple[float, ...]) -> list[Document]:
    """Two to four tiers; `keep` is the usual one, or given."""
    enters = sorted(draw(st.sets(st.sampled_from(bounds), min_size=1, max_size=3)))
    tiers: list[Document] = [{"name": "t0", "enter": 0}]
    below = 0.0
    for at, enter in enumerate(enters, 1):
        keep = draw(st.sampled_from([None, enter, max(below, enter / 2)]))
        # The usual keep must not fall below a given one of the tier beneath.
        keep = enter if keep is None and enter * 0.9 < below else keep
        below = enter * 0.9 if keep is None else keep
        tier = {"name": f"t{at}", "enter": enter}
        tiers.append(tier if keep is None else tier | {"keep": keep})
    return tiers


@st.composite
def triggers(draw: st.DrawFn, at: int) -> Document:
    """One trigger of any kind."""
    fires_on = draw(st.sampled_from(FIRES_ON))
    trigger: Document = {
        "name": f"g{at}",
        "fires_on": draw(st.sampled_from([fires_on, ["tick", fires_on], [fires_on, "manual"]])),
    }
    permits = draw(st.sampled_from([(True, True), (True, False), (False, True)]))
    trigger["promote"], trigger["demote"] = permits
    unasked = [st.none(), st.none(), st.none()]
    when = draw(st.one_of(*unasked, exact_days(), comparisons(), conditions(fields())))
    if when is not None:
        trigger["when"] = when
    if "tick" in trigger["fires_on"] and draw(st.sampled_from([False, False, True])):
        trigger["calendar"] = draw(st.sampled_from(CALENDARS))
    steps = draw(st.sampled_from([None, None, 1, 2, "all"]))
    if steps is not None:
        trigger["steps"] = steps
    if draw(st.booleans()):
        trigger["ignore_hold"] = True
    return trigger


@st.composite
def labels(draw: st.DrawFn) -> list[Document] | Document:
    """The rules of one label, or a tag with them; without a last resort it may be null."""
    whens = draw(st.lists(conditions(), max_size=3))
    rules = [{"value": f"v{at}", "when": when} for at, when in enumerate(whens)]
    if not rules or draw(st.booleans()):
        rules.append({"value": "rest"})
    if draw(st.booleans()):
        return rules
    said = {"definition": "drawn", "source": "a die"}
    return {"group": draw(st.sampled_from(["risk/churn", ["base", "company"]])), **said} | {
        "values": rules
    }


@st.composite
def reviews(draw: st.DrawFn) -> Document:
    """Moves that wait, for one reason or two."""
    rules = []
    for at in range(draw(st.sampled_from([1, 1, 2]))):
        rule: Document = {"name": f"r{at}"}
        on = draw(st.sampled_from([None, None, "promotion", "demotion", "any"]))
        levels = draw(st.sampled_from([None, None, None, 2]))
        when = draw(st.none() | fields() | conditions(fields()))
        given = {"on": on, "levels": levels, "when": when}
        rules.append(rule | {key: value for key, value in given.items() if value is not None})
    default = draw(st.sampled_from(["approve", "reject"]))
    return {"default": default, "after_days": draw(st.sampled_from([1, 3, 30])), "rules": rules}


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """A whole policy that the loader accepts."""
    by = draw(st.none() | st.sampled_from(RANKED_BY[:2]) | st.sampled_from(RANKED_BY))
    count = draw(st.integers(0 if by else 1, 4))
    bounds: tuple[float, ...] = (1, 12.5, 25, 50, 62.5, 75, 100)
    if by is not None:
        bounds = tuple(abs(float(b)) for b in BOUNDS[by.partition("(")[0]] if b != "0")
    document: Document = {
        "policy": "random",
        "version": 1,
        "time_zone": draw(st.sampled_from(ZONES)),
        "currency": draw(st.sampled_from(["CNY", "CNY", "JPY", "KWD"])),
        "rates": {"USD": "7.10"},
        "exclude": ["^test-"],
        "eligible": draw(st.sampled_from(["first_order", "first_fact"])),
        "score": [draw(dimensions(at)) for at in range(count)],
        "tiers": draw(ladders(bounds)),
        "move": {
            "hold_days": draw(st.sampled_from([30, 0, 0, 1, 7])),
            "steps": draw(st.sampled_from([1, 2, "all"])),
            "triggers": [draw(triggers(at)) for at in range(draw(st.integers(1, 4)))],
        },
        "labels": {f"l{at}": draw(labels()) for at in range(draw(st.integers(0, 2)))},
    }
    review = draw(st.none() | reviews())
    if review is not None:
        document["review_when"] = review
    return document if by is None else document | {"by": by}
