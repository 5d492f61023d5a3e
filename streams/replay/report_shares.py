"""The shares of customers a policy means its tiers to hold."""

from streams.policies.document import PolicyDocument


def intended_shares(document: PolicyDocument) -> dict[str, float]:
    """Tier -> share, 0 to 1, where a policy states it.

    >>> from streams.policies.load import read_policy
    >>> intended_shares(read_policy("b2b-fresh").document)["diamond"]
    0.05
    """
    return {tier.name: tier.share for tier in document.tiers if tier.share is not None}
