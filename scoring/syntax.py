"""The nodes of a parsed expression: a small typed tree."""

from dataclasses import dataclass
from typing import Literal

Kind = Literal["number", "text", "condition"]


@dataclass(frozen=True, slots=True)
class Number:
    """A literal number."""

    value: float


@dataclass(frozen=True, slots=True)
class Text:
    """A literal text; only `==` and `!=` take it."""

    value: str


@dataclass(frozen=True, slots=True)
class ReadingCall:
    """A reading by name, with its window and kind as written.

    >>> str(ReadingCall("interactions", 30, "login", ending=7))
    'interactions(30, login, ending=7)'
    """

    name: str
    window: int | None = None
    kind: str | None = None
    ending: int = 0

    def __str__(self) -> str:
        args = [str(self.window)] if self.window is not None else []
        args += [self.kind] if self.kind is not None else []
        args += [f"ending={self.ending}"] if self.ending else []
        return f"{self.name}({', '.join(args)})" if args else self.name


@dataclass(frozen=True, slots=True)
class FieldOf:
    """A field of the fact that fired a trigger."""

    name: str


@dataclass(frozen=True, slots=True)
class AttributeOf:
    """An attribute of the customer, read as what it is compared with."""

    name: str
    read_as: Literal["text", "number"] = "text"

    def __str__(self) -> str:
        return f'attribute("{self.name}")'


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """`left op right`, with op one of + - * /."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Comparison:
    """`left op right`, false when either side is null."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Junction:
    """`and` / `or` over two or more conditions."""

    op: str
    items: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """`not` of a condition."""

    item: "Node"


Node = (
    Number
    | Text
    | ReadingCall
    | FieldOf
    | AttributeOf
    | Arithmetic
    | Comparison
    | Junction
    | Negation
)


def kind_of(node: Node) -> Kind:
    """What a node's value is.

    >>> kind_of(Comparison(">=", ReadingCall("recency_days"), Number(90.0)))
    'condition'
    >>> kind_of(ReadingCall("recency_days")), kind_of(FieldOf("channel"))
    ('number', 'text')
    """
    match node:
        case Comparison() | Junction() | Negation():
            return "condition"
        case AttributeOf(_, read_as):
            return read_as
        case Text() | FieldOf(name="channel" | "kind" | "type" | "order_id"):
            return "text"
        case _:
            return "number"
