"""What the store may refuse, in words that say what to do."""

from streams.errors import RegradeError


class StoreUnavailable(RegradeError):
    """The store did not answer, or not in time: the outcome is unknown."""

    retriable = True

    def __init__(self, doing: str, problem: str) -> None:
        self.doing = doing
        super().__init__(f"the store did not answer while {doing}: {problem}")


class PartitionsChanged(RegradeError):
    """The topics have another partition count than the stored state."""

    def __init__(self, stored: str, found: int | str) -> None:
        self.stored = stored
        self.found = found
        super().__init__(
            f"the state was written for {stored} partitions, the topics have {found}. "
            "Customers would look for their state in the wrong place. Recreate the "
            f"topics with {stored} partitions, or start under another REGRADE_PREFIX "
            "(docs/repair.md says how)."
        )


class PartitionGone(RegradeError):
    """A partition that was there a moment ago is not there any more."""

    def __init__(self, partition: int) -> None:
        self.partition = partition
        super().__init__(f"the store holds nothing of partition {partition} any more")


class FactsChanged(RegradeError):
    """The facts come from other topics than those the stored state was made of."""

    def __init__(self, stored: str, found: str) -> None:
        self.stored = stored
        self.found = found
        was, now = (name or "the programme's own" for name in (stored, found))
        super().__init__(
            f"the state was made of the facts of {was}, this worker would read {now}. Its offsets "
            "belong to those topics: set REGRADE_FACTS_PREFIX as it was, or start under another "
            "REGRADE_PREFIX."
        )


class ClusterNotNamed(RegradeError):
    """The server is one of several, and we were not told."""

    def __init__(self) -> None:
        super().__init__(
            "the store is one node of a cluster: say so in REGRADE_REDIS with ?cluster=yes, or "
            "name other nodes there, too (?cluster=node-2:6379,node-3:6379)."
        )


class NotACluster(RegradeError):
    """REGRADE_REDIS says that the server is one of several, and it stands alone."""

    def __init__(self, address: str) -> None:
        self.address = address
        super().__init__(
            f"the store at {address} is no cluster: leave ?cluster= out of REGRADE_REDIS, or set "
            "cluster-enabled on its nodes."
        )


class RestoreUnfinished(RegradeError):
    """A partition was not restored or rebuilt to its end."""

    def __init__(self) -> None:
        super().__init__(
            "a partition was not restored to its end, and what it holds is not whole. Run "
            "`regrade restore` again, with --replace."
        )


class PolicyChanged(RegradeError):
    """The stored grades were made by another policy or version."""

    def __init__(self, stored: str, found: str) -> None:
        self.stored = stored
        self.found = found
        super().__init__(
            f"the state was graded by policy {stored}, this worker has {found}. "
            "Start it with the policy that graded the state, and publish the other one with "
            "`regrade policy publish`; another programme needs another REGRADE_PREFIX and "
            "REGRADE_GROUP."
        )


class StoreUnfit(RegradeError):
    """The server is set up in a way that could lose or evict state."""

    def __init__(self, setting: str, found: str, needed: str) -> None:
        self.setting = setting
        self.found = found
        self.needed = needed
        super().__init__(
            f"the store has {setting} {found!r}, but {needed}. "
            f"Set it in the server's configuration, or with CONFIG SET {setting}."
        )
