"""What may stand in a mapping file; everything else is refused."""

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from streams.errors import RegradeError

Unit = Literal["s", "ms", "us", "ns", "days", "text"]


class MappingRefused(RegradeError):
    """A mapping file cannot be used; every problem is listed."""

    def __init__(self, path: str, problems: list[str]) -> None:
        self.path = path
        self.problems = problems
        super().__init__("\n  ".join([f"mapping {path} is refused:", *problems]))


def _known_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise ValueError(f"{name!r} is no time zone, such as Asia/Shanghai") from None
    return name


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Value(_Section):
    """Where one field of an event comes from: exactly one of `path`, `const` and `join`."""

    path: str | None = Field(None, description="names of nested fields, with dots between")
    const: str | int | float | bool | None = Field(None, description="always this value")
    join: list[str] | None = Field(
        None, description="values of paths, with `:` between; one in quotes is itself"
    )
    time: Unit | None = Field(
        None, description="a point in time: unit since 1970, or text (ISO 8601)"
    )
    zone: Annotated[str, AfterValidator(_known_zone)] | None = Field(
        None, description="time zone of a text without offset"
    )
    divide: int | None = Field(None, ge=1, description="divide exactly: 100 makes cents euros")
    absolute: bool = Field(False, description="drop the sign")
    text: bool = Field(False, description="a number as text")
    values: dict[str, str | int | float | bool] | None = Field(
        None, description="what each value becomes; others are refused"
    )
    default: str | int | float | bool | None = Field(
        None, description="where the path leads nowhere, or to null or an empty text"
    )

    def model_post_init(self, _context: Any) -> None:
        """Check that there is one source."""
        given = [self.path is not None, "const" in self.model_fields_set, self.join is not None]
        if sum(given) != 1:
            raise ValueError("say exactly one of path, const and join")


Source = str | Value
"""A path alone, or more about it."""


class EventRule(_Section):
    """One kind of event that a row may become."""

    type: str = Field(description="a type of docs/producers.md")
    when: dict[str, str | int | bool | list[str | int | bool]] = Field(
        default_factory=dict, description="path and the value or values it must have; all must"
    )
    fields: dict[str, Source] = Field(description="fields of the event and where they come from")
    attributes: dict[str, Source] = Field(
        default_factory=dict, description="of customer.registered"
    )


class Mapping(_Section):
    """How rows of one source become events."""

    mapping: str = Field(pattern=r"^[A-Za-z0-9._-]{1,80}$", description="its name")
    root: str | None = Field(None, description="the path under which the row lies")
    events: list[EventRule] = Field(min_length=1)


def load_mapping(path: str) -> Mapping:
    """Read a mapping file.

    Raises:
        MappingRefused: with what is wrong and where.
    """
    try:
        tree = YAML(typ="safe", pure=True).load(Path(path).read_text("utf-8"))
    except OSError as error:
        raise MappingRefused(path, [str(error)]) from None
    except (YAMLError, UnicodeDecodeError) as error:
        raise MappingRefused(path, [f"not YAML: {error}"]) from None
    try:
        return Mapping.model_validate(tree)
    except ValidationError as error:
        problems = [
            f"{'.'.join(str(part) for part in found['loc']) or 'document'}: {found['msg']}"
            for found in error.errors()
        ]
        raise MappingRefused(path, problems) from None
