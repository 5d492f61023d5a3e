"""Hypothesis draws a policy together with a history whose commands name its tiers."""

from typing import Any

from histories import QUARTERS, histories
from hypothesis import strategies as st
from random_policies import Document, documents


def tiers_of(document: Document) -> tuple[str, ...]:
    """The names of the tiers, lowest first."""
    return tuple(tier["name"] for tier in document["tiers"])


@st.composite
def programmes(draw: st.DrawFn, most: int = 45) -> tuple[Document, list[Any]]:
    """Any policy, and the records of one partition, commands included."""
    document = draw(documents())
    return document, draw(histories(QUARTERS, most=most, tiers=tiers_of(document)))
