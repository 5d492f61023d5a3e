"""An HTTP endpoint, spoken to with the standard library."""

import asyncio
import http.client
import urllib.error
import urllib.request
from collections.abc import Mapping

from streams.delivery.courier import Answer
from streams.errors import RegradeError

_QUOTED = 500
_TIMEOUT_S = 30.0


class AddressRefused(RegradeError):
    """The address of an endpoint cannot be used."""

    def __init__(self, address: str) -> None:
        super().__init__(f"{address!r} is no address: it must begin with https:// or http://")


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    """A redirect would send customers to another place than the one that was named."""

    def redirect_request(self, *_args: object, **_options: object) -> None:
        """Follow nothing."""


class HttpEndpoint:
    """Posts batches; every failure to get an answer is an answer without a status."""

    def __init__(self, address: str) -> None:
        if not address.startswith(("https://", "http://")):
            raise AddressRefused(address)
        self.address = address
        self._opener = urllib.request.build_opener(_NoRedirects)

    async def post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        """Hand over one batch."""
        return await asyncio.to_thread(self._post, body, headers)

    def _post(self, body: bytes, headers: Mapping[str, str]) -> Answer:
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self.address, data=body, headers=dict(headers), method="POST"
        )
        try:
            with self._opener.open(request, timeout=_TIMEOUT_S) as response:
                return Answer(response.status)
        except urllib.error.HTTPError as error:
            with error:
                text = error.read(_QUOTED).decode(errors="replace")
            return Answer(error.code, text, _seconds(error.headers.get("Retry-After")))
        except (OSError, http.client.HTTPException) as error:
            return Answer(None, repr(error))


def _seconds(text: str | None) -> float | None:
    """A `Retry-After` in seconds; its other form, a date, is passed over."""
    return float(text) if text is not None and text.isdigit() else None
