"""The policy in force, compiled once, and what every answer needs of it."""

from typing import Any

from scoring.advance import snapshot_of
from scoring.calendar import iso
from scoring.customer import UNGRADED, CustomerState
from scoring.explain import Explainer
from scoring.movement import target_of
from scoring.override import computed_of
from scoring.policy import Policy
from scoring.units import Day
from scoring.why.reasons import Reasons
from streams.bootstrap import judge_of, policy_tag
from streams.intake.decode import Decoder
from streams.outbox.scribe import EventScribe


class Programme:
    """One policy with its grader. Reads states, changes none."""

    def __init__(self, policy: Policy, record_bytes: int) -> None:
        self.policy = policy
        self.tag = policy_tag(policy)
        self.judge = judge_of(policy)
        self.reasons = Reasons(self.judge)
        self.tiers = [tier.name for tier in policy.tiers]
        self.tier_labels = {tier.name: tier.label for tier in policy.tiers}
        self.named = {
            "id": policy.policy_id,
            "version": policy.version,
            "fingerprint": policy.fingerprint,
        }
        self.decoder = Decoder(policy, record_bytes=record_bytes)
        self._explainer = Explainer(self.judge.grader)
        self._scribe = EventScribe(self.judge.grader, "live")

    def grade(self, customer: str, state: CustomerState, day: Day) -> dict[str, Any]:
        """The grade of a customer as of the partition day, for programs."""
        snapshot = snapshot_of(state, self.judge, day)
        graded = state.tier != UNGRADED
        return {
            "customer_id": customer,
            "tier": self.tiers[state.tier] if graded else None,
            "rank": state.tier if graded else None,
            "label": self.policy.tiers[state.tier].label if graded else {},
            "score": snapshot.score if graded else None,
            "labels": self._scribe.labels(snapshot.labels) if graded else {},
            "version": state.version,
            "override": self._scribe.override(snapshot.override),
            "pending": self._pending(state, day, snapshot.value) if graded else None,
            "next_tier": self._explainer.next_tier(snapshot) if graded else None,
            "keep": self._explainer.keep(snapshot) if graded else None,
            "due_on": None if state.due is None else iso(state.due),
        }

    def _pending(
        self, state: CustomerState, day: Day, value: float | None
    ) -> dict[str, Any] | None:
        """A demotion nothing permits yet; the explanation, which costs most, only if there is."""
        rank = computed_of(state)
        if target_of(self.judge.grader, value, rank) >= rank:
            return None
        pending = self.reasons.explain(state, day, 0).pending
        if pending is None:
            return None
        on = None if pending.on is None else pending.on.isoformat()
        return {"to": pending.to, "on": on, "trigger": pending.trigger}

    def benefits(self, tier: str) -> list[dict[str, object]]:
        """What a tier is granted."""
        return list(self.policy.benefits.get(tier, ()))
