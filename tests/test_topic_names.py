"""Names of topics: what programmes share, and what each has for itself."""

import json

import pytest
from builders import order, policy, record

from streams.intake.decode import Decoder
from streams.intake.outcomes import Accepted, Rejected
from streams.operations.letters import Letter
from streams.partition.runner import TOPICS
from streams.settings import load_settings
from streams.topic_names import FACT_TOPICS, TopicNames
from streams.topics import OUTPUTS, topic_specs

LETTER = Letter("orders/0/7", "bad_field", "", "orders", 0, 0, b"ann", b"{}", (), False, False)


@pytest.mark.parametrize("own", ["", "club."])
@pytest.mark.parametrize("facts", [None, "", "club.", "all."])
def test_every_name_comes_back(own, facts):
    """Facts take their own prefix, everything else that of the programme."""
    names = TopicNames(own, facts)
    for topic in (*TOPICS, *OUTPUTS):
        prefix = names.facts if topic in FACT_TOPICS else own
        assert names.full(topic) == prefix + topic
        assert names.topic(names.full(topic)) == topic


def test_unset_is_the_own_prefix_and_empty_is_none(monkeypatch):
    """A variable that is set to nothing means the topics without prefix."""
    monkeypatch.setenv("REGRADE_PREFIX", "club.")
    assert load_settings().names.full("orders") == "club.orders"
    assert load_settings().names.source == ""
    monkeypatch.setenv("REGRADE_FACTS_PREFIX", "")
    assert load_settings().names.full("orders") == "orders"
    assert load_settings().names.source == "orders"
    assert load_settings().names.full("grading-commands") == "club.grading-commands"


def test_two_programmes_share_facts_alone():
    """Of all topics that are made, only those of facts have the same name."""
    one, two = ({spec.name for spec in topic_specs(own, 2, facts="")} for own in ("a.", "b."))
    assert one & two == set(FACT_TOPICS)


def test_a_shared_fact_is_redriven_to_one_programme():
    """One that is the programme's own goes where it was refused."""
    assert LETTER.topic_to_send(TopicNames("club.", "")) == "club.grading-commands"
    assert LETTER.topic_to_send(TopicNames("")) == "orders"


def test_among_commands_only_a_fact_sent_again_is_one():
    """Whoever sends a fact there by mistake is told so."""
    decoder = Decoder(policy())
    bought = {"event_id": "e1", "order_id": "o1"} | order(0, 5)
    sent = record(json.dumps(bought).encode(), key=b"ann", topic="grading-commands")
    assert isinstance(decoder.decode(sent), Rejected)
    again = sent._replace(headers=(("regrade_redriven", b"1"),))
    assert isinstance(decoder.decode(again), Accepted)
