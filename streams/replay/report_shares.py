"""The shares of customers a policy means its tiers to hold."""

from ruamel.yaml import YAML

from streams.policies.document import PolicyDocument
from streams.policies.load import policy_text


def intended_shares(source: str) -> dict[str, float]:
    """Tier -> share, 0 to 1, where a policy that was already found good states it.

    >>> intended_shares("b2b-fresh")["diamond"]
    0.05
    """
    tree = YAML(typ="safe", pure=True).load(policy_text(source))
    document = PolicyDocument.model_validate(tree)
    return {tier.name: tier.share for tier in document.tiers if tier.share is not None}
