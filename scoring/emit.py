"""Python source for the readings, scores and conditions of one policy.

Text of the policy never reaches the source: numbers are written as literals, names come from
the catalogue, and everything else is a constant referred to by its index.
"""

from decimal import Decimal

from scoring.customer import (
    HIGH_MARGIN,
    LATE,
    LINES,
    MARGIN,
    NEW_PRODUCT,
    ON_TIME,
    OVERDUE,
    REFUNDS,
)
from scoring.policy import Dimension
from scoring.readings import KIND_READINGS, READINGS
from scoring.syntax import (
    Arithmetic,
    AttributeOf,
    Comparison,
    FieldOf,
    Junction,
    Negation,
    Node,
    Number,
    ReadingCall,
    Text,
)

_COLUMN_SUMS = {"margin": MARGIN, "refunds": REFUNDS, "overdue": OVERDUE}
_SHARES = {
    "high_margin_share": (HIGH_MARGIN, LINES),
    "new_product_share": (NEW_PRODUCT, LINES),
}
_STATE_FIELDS = ("lifetime_orders", "lifetime_spend", "last_order_amount")
_DRIFT_FIELDS = {"recency_days": "s.last_purchase", "inactive_days": "s.last_active"}


def scaled(bound: float, scale: int) -> float:
    """A bound as it is written, in minor units.

    >>> 1.1 * 100, scaled(1.1, 100)
    (110.00000000000001, 110.0)
    """
    return float(Decimal(repr(bound)) * scale)


class Emitter:
    """Collects the lines of one function over (s: CustomerState, D: Day, f: Fact | None)."""

    def __init__(self, scale: int) -> None:
        self.scale = scale
        self.lines: list[str] = []
        self.constants: list[object] = []
        self._variables: dict[object, str] = {}
        self._temporaries = 0

    def constant(self, value: object) -> str:
        """A name for a constant of the function."""
        self.constants.append(value)
        return f"K[{len(self.constants) - 1}]"

    def reading(self, call: ReadingCall) -> str:
        """The variable that holds a reading; money in minor units."""
        if call not in self._variables:
            source = self._source(call)
            name = self._variables[call] = f"r{len(self._variables)}"
            self.lines.append(f"{name} = {source}")
            if call.name == "spend":
                self.lines.append(f"if {name} < 0: {name} = 0")
        return self._variables[call]

    def _shared(self, key: object, source: str) -> str:
        if key not in self._variables:
            name = self._variables[key] = f"r{len(self._variables)}"
            self.lines.append(f"{name} = {source}")
        return self._variables[key]

    def _source(self, call: ReadingCall) -> str:
        name = call.name
        if name in ("spend", "orders"):
            return self._purchases(f"s.{name}", call)
        if name in _COLUMN_SUMS:
            return self._column(_COLUMN_SUMS[name], call)
        if name in _SHARES:
            part, whole = (self._column_variable(c, call) for c in _SHARES[name])
            return f"{part} / {whole} if {whole} > 0 else None"
        if name in _STATE_FIELDS:
            return f"s.{name}"
        if name in _DRIFT_FIELDS:
            since = _DRIFT_FIELDS[name]
            return f"None if {since} is None else D - {since}"
        if name == "tenure_days":
            # Whom only commands have reached has no first day.
            since = "s.first_day if s.registered is None else s.registered"
            return f"0 if s.first_day is None else D - ({since})"
        if name == "interactions" or name in KIND_READINGS:
            return self._interactions(call)
        source: str = getattr(self, f"_{name}")(call)
        return source

    def _purchases(self, field: str, call: ReadingCall) -> str:
        return f"sum({self._rows(field, call)})"

    def _rows(self, field: str, call: ReadingCall) -> str:
        """The variable that holds the rows of a window: a copy only if some are outside."""
        first, last = self._bounds(call)
        inside = f"{field}[{first}:{last or ''}]"
        whole = inside if last else f"{inside} if {first} else {field}"
        return self._shared((field, first, last), whole)

    def _bounds(self, call: ReadingCall) -> tuple[str, str | None]:
        window, ending = int(call.window or 0), call.ending
        days = self._shared("days", "s.days")
        first = self._shared(
            ("first", ending + window), f"bisect_right({days}, D - {ending + window})"
        )
        if not ending:
            return first, None
        last = self._shared(("first", ending), f"bisect_right({days}, D - {ending})")
        return first, last

    def first_row(self, age: int) -> str | None:
        """The variable that holds where the rows younger than an age begin, if there is one."""
        return self._variables.get(("first", age))

    def _column(self, code: int, call: ReadingCall) -> str:
        columns = self._shared("columns", "s.columns")
        return f"{self._total(f'{columns}[{code}]', call)} if {code} in {columns} else 0"

    def _column_variable(self, code: int, call: ReadingCall) -> str:
        key = ("column", code, call.window, call.ending)
        return self._shared(key, self._column(code, call))

    def _total(self, column: str, call: ReadingCall) -> str:
        first = call.ending + int(call.window or 0) - 1
        if call.ending:
            return f"total_between({column}, D - {first}, D - {call.ending})"
        return f"total({column}, D - {first})"

    def _interactions(self, call: ReadingCall) -> str:
        kinds = self._shared("kinds", "s.kinds")
        kind = KIND_READINGS.get(call.name, call.kind)
        if kind is None:
            first = call.ending + int(call.window or 0) - 1
            if not call.ending:
                recent = f"s.last_active is not None and s.last_active >= D - {first}"
                return f"total_of_all({kinds}.values(), D - {first}) if {recent} else 0"
            each = self._total("c", call)
            return f"sum([{each} for c in {kinds}.values()])"
        key = self.constant(kind)
        return f"{self._total(f'{kinds}[{key}]', call)} if {key} in {kinds} else 0"

    def _refund_rate(self, call: ReadingCall) -> str:
        refunds = self._related("refunds", call)
        spend = self._related("spend", call)
        return f"{refunds} / ({spend} + {refunds}) if {spend} + {refunds} else None"

    def _average_order(self, call: ReadingCall) -> str:
        orders = self._related("orders", call)
        return f"{self._related('spend', call)} / {orders} if {orders} > 0 else None"

    def _active_days(self, call: ReadingCall) -> str:
        return f"sum(map(above_zero, {self._rows('s.orders', call)}))"

    def _order_volatility(self, call: ReadingCall) -> str:
        return f"volatility({self._rows('s.orders', call)}, {self._rows('s.spend', call)})"

    def _categories(self, call: ReadingCall) -> str:
        first = call.ending + int(call.window or 0) - 1
        return (
            f"len([d for d in s.categories.values() "
            f"if D - {first} <= d <= D - {call.ending}]) if s.categories else 0"
        )

    def _on_time_rate(self, call: ReadingCall) -> str:
        on_time = self._column_variable(ON_TIME, call)
        late = self._column_variable(LATE, call)
        return f"{on_time} / ({on_time} + {late}) if {on_time} + {late} else None"

    def _trend(self, call: ReadingCall) -> str:
        now = self._related("orders", call)
        ending = call.ending + int(call.window or 0)
        before = self.reading(ReadingCall("orders", call.window, None, ending))
        # One division: 8 orders after 10 must be -0.2, not the float just above it.
        return f"({now} - {before}) / {before} if {before} > 0 else None"

    def _related(self, name: str, call: ReadingCall) -> str:
        return self.reading(ReadingCall(name, call.window, None, call.ending))

    def dimension(self, dimension: Dimension, *, detailed: bool) -> None:
        """Add a dimension to `t`, the sum, and `w`, the weights counted.

        When `detailed`, to the list `out` instead: None stands for a reading left out.
        """
        call = dimension.reading
        value = self.reading(call)
        lines = [f"n = {self._normalised(dimension, value)}"]
        if dimension.normaliser != "steps":
            lines += ["if n > 1.0: n = 1.0", "elif n < 0.0: n = 0.0"]
        if not READINGS[call.name].nullable:
            self.lines += lines
        else:
            missing = dimension.missing
            self.lines.append(f"if {value} is None: n = {missing!r}")
            self.lines.append("else:")
            self.lines += [f"    {line}" for line in lines]
        if detailed:
            self.lines.append(f"out.append(({value}, n))")
            return
        if dimension.missing is None and READINGS[call.name].nullable:
            self.lines.append("if n is None:")
            self.lines.append(f"    w -= {dimension.weight!r}; n = 0.0")
        self.lines.append(f"t += {dimension.weight!r} * n")

    def _normalised(self, dimension: Dimension, value: str) -> str:
        money = READINGS[dimension.reading.name].unit == "money"
        limit = dimension.limit * self.scale if money else dimension.limit
        match dimension.normaliser:
            case "cap":
                return f"{value} / {limit!r}"
            case "decay":
                return f"1.0 - {value} / {limit!r}"
            case "share":
                return f"{value} / {self.scale}" if money else f"{value} + 0.0"
            case "steps":
                scale = self.scale if money else 1
                # Not bound * scale: 1.1 yuan must be 110 fen, not the float just above.
                bounds = self.constant([scaled(b, scale) for b, _ in dimension.steps])
                values = self.constant([0.0, *(gain for _, gain in dimension.steps)])
                return f"{values}[bisect_right({bounds}, {value})]"

    def condition(self, node: Node) -> str:
        """Source of a condition: True or False, never None."""
        match node:
            case Comparison(op, left, right):
                return self._comparison(op, left, right)
            case Junction(op, items):
                return "(" + f" {op} ".join(self.condition(i) for i in items) + ")"
            case Negation(item):
                return f"(not {self.condition(item)})"
            case _:
                raise TypeError(node)

    def _comparison(self, op: str, left: Node, right: Node) -> str:
        guards = []
        sides = []
        for side in (left, right):
            source, nullable = self.value(side)
            if nullable and not source.isidentifier():
                self._temporaries += 1
                name = f"x{self._temporaries}"
                guards.append(f"({name} := {source}) is not None")
                source = name
            elif nullable:
                guards.append(f"{source} is not None")
            sides.append(source)
        return "(" + " and ".join([*guards, f"{sides[0]} {op} {sides[1]}"]) + ")"

    def value(self, node: Node) -> tuple[str, bool]:
        """Source of a number or text in the units of the policy, and if it may be None."""
        match node:
            case Number(value):
                return repr(value), False
            case Text(value):
                return self.constant(value), False
            case ReadingCall():
                return self._reading_value(node)
            case FieldOf(name):
                return f"fact_field(f, {self.constant(name)}, {self.scale})", True
            case AttributeOf(name, read_as):
                return f"attribute_{read_as}(s.attributes.get({self.constant(name)}))", True
            case Arithmetic(op, left, right):
                return self._arithmetic(op, left, right)
            case _:
                raise TypeError(node)

    def _reading_value(self, call: ReadingCall) -> tuple[str, bool]:
        reading = READINGS[call.name]
        name = self.reading(call)
        if reading.unit != "money":
            return name, reading.nullable
        if reading.nullable:
            return f"(None if {name} is None else {name} / {self.scale})", True
        return f"({name} / {self.scale})", False

    def _arithmetic(self, op: str, left: Node, right: Node) -> tuple[str, bool]:
        (a, a_null), (b, b_null) = self.value(left), self.value(right)
        if not a_null and not b_null and op != "/":
            return f"({a} {op} {b})", False
        self._temporaries += 2
        x, y = f"x{self._temporaries - 1}", f"x{self._temporaries}"
        stop = f"not ({y} := {b})" if op == "/" else f"({y} := {b}) is None"
        return f"(None if ({x} := {a}) is None or {stop} else {x} {op} {y})", True
