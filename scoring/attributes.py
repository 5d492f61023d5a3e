"""What a customer's attributes are worth in a condition: a text, a number, or null."""

Attribute = str | int | float | bool | None
"""A value of `attributes` in `customer.registered`."""


def attribute_text(value: Attribute) -> str | None:
    """An attribute where a text is needed; a number is none, so it is null.

    >>> attribute_text("east"), attribute_text(True), attribute_text(7)
    ('east', 'true', None)
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    return value if isinstance(value, str) else None


def attribute_number(value: Attribute) -> float | None:
    """An attribute where a number is needed; a text is none, even one of digits.

    >>> attribute_number(7), attribute_number("7"), attribute_number(True)
    (7, None, None)
    """
    if isinstance(value, bool | str):
        return None
    return value
