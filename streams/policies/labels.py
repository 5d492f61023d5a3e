"""The labels of a document, with what makes some of them tags."""

from scoring.policy import Label, Rule, Tag
from streams.policies.document import LabelSection, RuleSection
from streams.policies.expressions import Expressions
from streams.policies.refusal import Refuse, refuse_repeats


def build_label(
    name: str,
    section: list[RuleSection] | LabelSection,
    refuse: Refuse,
    expressions: Expressions,
) -> Label:
    """Build one label from either of its forms."""
    if isinstance(section, list):
        return Label(name, _rules(section, ("labels", name), refuse, expressions))
    rules = _rules(section.values, ("labels", name, "values"), refuse, expressions)
    return Label(name, rules, _tag(name, section, refuse), section.label)


def _rules(
    sections: list[RuleSection], above: tuple[str, ...], refuse: Refuse, expressions: Expressions
) -> tuple[Rule, ...]:
    rules = []
    for index, section in enumerate(sections):
        if section.when is None and index < len(sections) - 1:
            problem = f"only the last value may have no `when`; {section.value!r} is not the last"
            refuse([*above, index], problem)
        node = expressions.condition(section.when, [*above, index, "when"], frozenset())
        rules.append(Rule(section.value, node, section.label))
    refuse_repeats(refuse, [rule.value for rule in rules], *above, key="value")
    return tuple(rules)


def _tag(name: str, section: LabelSection, refuse: Refuse) -> Tag | None:
    given = (section.group, section.definition, section.source)
    if section.group and section.definition and section.source:
        first, second = section.group
        return Tag((first, second), section.definition, section.source)
    if any(given):
        for key in ("group", "definition", "source"):
            if getattr(section, key) is None:
                problem = "is missing; a tag has group, definition and source"
                refuse(["labels", name, key], problem)
    return None
