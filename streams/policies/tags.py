"""The tags of a policy as a tree: top group, second level, tag, values."""

from typing import Any

from scoring.policy import TAG_GROUPS
from streams.policies.document import LabelSection, PolicyDocument

Tags = list[dict[str, Any]]


def tags_of(document: PolicyDocument) -> Tags:
    """Every tag in the order of the tree, those of one place in the order of the document."""
    places = [(top, second) for top, below in TAG_GROUPS.items() for second in below]
    tags = []
    for name, section in document.labels.items():
        if isinstance(section, LabelSection) and section.group:
            tags.append(
                {
                    "tag": name,
                    "group": section.group,
                    "label": section.label,
                    "definition": section.definition,
                    "source": section.source,
                    "values": [
                        {"value": rule.value, "when": rule.when, "label": rule.label}
                        for rule in section.values
                    ],
                }
            )
    return sorted(tags, key=lambda tag: places.index((tag["group"][0], tag["group"][1])))


def untagged(document: PolicyDocument) -> list[str]:
    """The labels that are no tags."""
    tagged = {tag["tag"] for tag in tags_of(document)}
    return [name for name in document.labels if name not in tagged]


def tree_text(tags: Tags) -> str:
    """The tree as indented text; each group stands once.

    >>> print(tree_text([{"tag": "size", "group": ["base", "company"], "label": {},
    ...     "definition": "Staff", "source": "crm", "values": [
    ...     {"value": "small", "when": "attribute('staff') < 50", "label": {"en": "Small"}},
    ...     {"value": "unknown", "when": None, "label": {}}]}]))
    base
      company
        size
          definition: Staff
          source: crm
          small (Small)  when attribute('staff') < 50
          unknown        otherwise
    """
    lines: list[str] = []
    above = ["", ""]
    for tag in tags:
        top, second = tag["group"]
        if top != above[0]:
            lines.append(top)
        if [top, second] != above:
            lines.append(f"  {second}")
        above = [top, second]
        lines.append(f"    {_shown(tag['tag'], tag['label'])}")
        lines.append(f"      definition: {tag['definition']}")
        lines.append(f"      source: {tag['source']}")
        names = [_shown(value["value"], value["label"]) for value in tag["values"]]
        width = max(len(name) for name in names)
        for name, value in zip(names, tag["values"], strict=True):
            when = f"when {' '.join(value['when'].split())}" if value["when"] else "otherwise"
            lines.append(f"      {name:<{width}}  {when}")
    return "\n".join(lines)


def _shown(name: str, label: dict[str, str]) -> str:
    return f"{name} ({', '.join(label.values())})" if label else name
