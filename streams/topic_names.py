"""What the topics of a programme are called on the broker: the one place that knows."""

FACT_TOPICS = ("orders", "interactions")
"""Where facts come from; programmes may share them. Every other topic is a programme's own."""


class TopicNames:
    """Topics of one programme <-> their full names, prefix included.

    >>> names = TopicNames("gold.", facts="")
    >>> names.full("orders"), names.full("tier-changes")
    ('orders', 'gold.tier-changes')
    >>> names.topic("orders"), names.topic("gold.tier-changes")
    ('orders', 'tier-changes')
    """

    def __init__(self, own: str = "", facts: str | None = None) -> None:
        """Both are prefixes; `facts` of None: the programme has fact topics of its own."""
        self.own = own
        self.facts = own if facts is None else facts
        self._facts = {self.facts + topic: topic for topic in FACT_TOPICS}

    @property
    def shares_facts(self) -> bool:
        """Whether the facts come from topics that others read or write as well."""
        return self.facts != self.own

    @property
    def source(self) -> str:
        """What the state remembers of where its facts come from; empty: from its own topics."""
        return self.full(FACT_TOPICS[0]) if self.shares_facts else ""

    def full(self, topic: str) -> str:
        """A topic as the broker knows it."""
        return (self.facts if topic in FACT_TOPICS else self.own) + topic

    def topic(self, full: str) -> str:
        """Back from the full name of one of the programme's topics."""
        return self._facts.get(full) or full.removeprefix(self.own)
