"""What cannot be graded goes to dead letters as it came, and touches nothing else."""

from journeys.laws import check_changes


def test_good_records_are_graded_as_if_the_bad_ones_had_never_been(graded):
    """Customers and changes are those of the good records alone."""
    check_changes(graded.changes, graded.customers, graded.history)
    assert {row["customer_id"] for row in graded.customers} == {"ann", "bob", "cat"}
    assert len(graded.changes) > 5


def test_each_bad_record_is_a_dead_letter_once_with_its_reason(graded):
    """Every refused record is there, no other is, and the reason is told."""
    told = {}
    for letter in graded.letters:
        headers = dict(letter.headers)
        told[headers["regrade_id"].decode()] = headers["regrade_reason"].decode()
        assert headers["regrade_detail"]
    wanted = {at: sent.reason for at, sent in graded.places.items() if sent.reason}
    assert told == wanted
    assert len(graded.letters) == len(wanted)


def test_a_dead_letter_keeps_bytes_key_and_headers(graded):
    """Key, value and headers are as they were sent; the place is told in headers."""
    for letter in graded.letters:
        headers = dict(letter.headers)
        sent = graded.places[headers["regrade_id"].decode()]
        assert (letter.key, letter.value) == (sent.key, sent.value)
        assert letter.headers[: len(sent.headers)] == sent.headers
        parts = ("topic", "partition", "offset")
        place = b"/".join(headers[f"regrade_{part}"] for part in parts)
        assert headers["regrade_id"] == place
        assert headers["regrade_partition"] == b"%d" % sent.place
        assert headers["regrade_timestamp"] == b"%d" % sent.timestamp_ms
