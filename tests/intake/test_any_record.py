"""No bytes make the decoder fail otherwise than by saying so."""

import json

from builders import order, record
from decoding import DECODER
from hypothesis import given
from hypothesis import strategies as st

from streams.intake.outcomes import Accepted, DayReached, Excluded, Rejected
from streams.intake.wire import TYPES

SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    st.floats(allow_nan=False),
    st.text(max_size=5),
    st.sampled_from(["ann", "1.5", "-1", "2024-01-01T00:00:00Z", "9e99", "CNY", "USD"]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["amount", "margin", "a"]), inner, max_size=3)
    ),
    max_leaves=4,
)
NAMES = st.sampled_from(
    [
        *("type", "event_id", "customer_id", "occurred_at", "currency", "test", "channel"),
        *("amount", "order_id", "lines", "full", "ordered_at", "kind"),
        *("registered_at", "attributes", "due_at", "paid_at"),
    ]
)
CHANGED = st.builds(
    lambda type_, fields: order(3, 40, event_id="e", order_id="o", type=type_) | fields,
    st.sampled_from(sorted(TYPES)),
    st.dictionaries(NAMES, VALUES, max_size=3),
)


@given(
    st.binary(max_size=40) | CHANGED.map(lambda event: json.dumps(event).encode()),
    st.none() | st.just(b"ann") | st.binary(max_size=4),
)
def test_any_bytes_are_decoded_to_something(value, key):
    """Whatever stands in a record, it is a fact, a day, left out or refused."""
    found = DECODER.decode(record(value, key=key))
    assert isinstance(found, Accepted | DayReached | Excluded | Rejected)
    if isinstance(found, Rejected):
        found.detail.encode(errors="replace")
