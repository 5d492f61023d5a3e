"""Why a question about a customer has no answer, in words that say what to do."""

from datetime import date

from streams.errors import RegradeError


class UnknownCustomer(RegradeError):
    """Nothing is known of the customer."""

    def __init__(self, customer: str, place: str) -> None:
        self.customer = customer
        super().__init__(
            f"no customer {customer!r} in {place}. Ids are compared letter by letter; a customer "
            "is known from the first accepted event on."
        )


class NothingStored(RegradeError):
    """No worker has claimed partitions under this prefix yet."""

    def __init__(self, address: str, prefix: str) -> None:
        self.prefix = prefix
        super().__init__(
            f"the store at {address} holds no programme with REGRADE_PREFIX={prefix!r}. "
            "Start a worker, or set REGRADE_REDIS and REGRADE_PREFIX as its are."
        )


class GradedByAnother(RegradeError):
    """The stored grades were made by another policy than the one to explain them by."""

    def __init__(self, stored: str, given: str) -> None:
        self.stored = stored
        self.given = given
        super().__init__(
            f"the customers were graded by policy {stored}, not by {given}. Name the policy the "
            "workers have, with --policy or REGRADE_POLICY."
        )


class NothingInForce(RegradeError):
    """Partitions have different versions at this moment."""

    retriable = True

    def __init__(self, tags: list[str]) -> None:
        self.tags = tags
        super().__init__(
            f"partitions are graded by different policies at this moment: {', '.join(tags)}. "
            "A version was just published: ask again when all have taken it "
            "(`regrade policy versions`)."
        )


class CannotBeTaken(RegradeError):
    """A policy whose days or money are others: stored ones would change their meaning."""

    def __init__(self, what: str, stored: str, given: str) -> None:
        self.what = what
        super().__init__(
            f"the {what} of the policy is {given}; what is stored of customers is in {stored}. "
            "Such a policy needs a programme of its own."
        )


class DayOutOfReach(RegradeError):
    """A day the state cannot be told of."""

    def __init__(self, asked: date, first: date, last: date) -> None:
        self.asked = asked
        super().__init__(
            f"--as-of {asked}: the state stands at {first} and knows no earlier day. "
            f"Allowed is {first} to {last}."
        )
