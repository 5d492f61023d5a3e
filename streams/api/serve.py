"""Run the API until it is told to stop."""

import signal
import socket
import tempfile
from contextlib import ExitStack
from pathlib import Path

import structlog
import uvicorn
from fastapi import FastAPI

from streams.api.app import create_app
from streams.api.keys import KeyFile
from streams.api.settings import ApiSettings, OpenToOthers
from streams.clock import SystemClock
from streams.errors import RegradeError
from streams.policies.load import load_policy
from streams.settings import Settings

_GRACE_S = 5
log = structlog.get_logger()


class PortTaken(RegradeError):
    """The address cannot be listened on."""

    def __init__(self, host: str, port: int, problem: str) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"{host}:{port} cannot be listened on: {problem}. Choose another REGRADE_API_PORT; "
            "0 takes a free one."
        )


class _Server(uvicorn.Server):
    """Ends the live streams first: it waits for open answers, and they would never end."""

    def __init__(self, config: uvicorn.Config, app: FastAPI) -> None:
        super().__init__(config)
        self._app = app

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Take no more requests, finish those at hand, leave."""
        self._app.state.parts.hub.close()
        await super().shutdown(sockets)


def run_api(settings: Settings, api: ApiSettings) -> None:
    """Serve until SIGTERM or Ctrl-C.

    Raises:
        OpenToOthers: no keys, and others could reach it.
        KeysUnreadable: there should be keys.
        PolicyRefused: the policy is none.
        PortTaken: another program listens there.
    """
    if api.keys is None:
        if not api.loopback:
            raise OpenToOthers(api.host)
    else:
        KeyFile(api.keys).keys()
    policy = load_policy(settings.policy)
    # When all is served uvicorn raises the signal again: by default that would end us right there.
    signal.signal(signal.SIGTERM, _leave)
    with ExitStack() as stack:
        folder = api.data or Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="regrade-api-"))
        )
        listening = stack.enter_context(_listen(api.host, api.port))
        app = create_app(settings, api, policy, folder, SystemClock())
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            lifespan="on",
            timeout_graceful_shutdown=_GRACE_S,
        )
        host, port = listening.getsockname()[:2]
        shown = f"[{host}]" if ":" in host else host
        log.info("the API is served", api_url=f"http://{shown}:{port}/")
        _Server(config, app).run(sockets=[listening])


def _leave(_number: int, _frame: object) -> None:
    """End in order: what is ours alone is taken away."""
    raise SystemExit(0)


def _listen(host: str, port: int) -> socket.socket:
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listening = socket.socket(family, kind)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
    except OSError as error:
        raise PortTaken(host, port, str(error)) from error
    return listening
