"""Every setting of the API: environment variables with the prefix REGRADE_API_, read once."""

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.errors import RegradeError
from streams.settings import load


class OpenToOthers(RegradeError):
    """Without keys the API would answer everybody who reaches its address."""

    def __init__(self, host: str) -> None:
        self.host = host
        super().__init__(
            f"REGRADE_API_HOST={host} can be reached by others, and there are no keys. Add one "
            "with `regrade keys add NAME --role admin`, or listen on 127.0.0.1."
        )


class ApiSettings(BaseSettings):
    """Where the API listens and how much it gives to each caller."""

    model_config = SettingsConfigDict(env_prefix="REGRADE_API_", extra="ignore", frozen=True)

    host: str = Field("127.0.0.1", description="address of the API and the board")
    port: Annotated[int, Field(ge=0, le=65_535)] = Field(
        8108, description="port of the API and the board; 0 takes a free one"
    )
    keys: Path | None = Field(
        None, description="file of hashed keys, written by regrade keys; without one all may"
    )
    data: Path | None = Field(
        None, description="folder of the index of changes; a temporary one by default"
    )
    changes_kept: Annotated[int, Field(ge=1000)] = Field(
        200_000, description="changes in the index, the latest ones"
    )
    rate_per_s: Annotated[float, Field(ge=0)] = Field(
        500.0, description="requests a second of one key; 0 for no limit"
    )
    body_bytes: Annotated[int, Field(ge=1024)] = Field(
        1024 * 1024, description="largest body of a request"
    )
    streams: Annotated[int, Field(ge=1)] = Field(1000, description="most live streams at a time")
    stale_after_s: Annotated[float, Field(ge=2)] = Field(
        10.0, description="input waits and nothing moves for so long: answers are stale"
    )

    @property
    def loopback(self) -> bool:
        """Whether only this machine can reach the API."""
        if self.host == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


def load_api_settings() -> ApiSettings:
    """Read the environment.

    Raises:
        SettingsRefused: with every variable that cannot be, its value and what is allowed.
    """
    return load(ApiSettings, "REGRADE_API_")
