"""The worker's page for machines: /metrics, /healthz and /readyz."""

import socket
import threading
from collections.abc import Callable, Iterable, Sequence
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import orjson
from prometheus_client import CollectorRegistry, make_wsgi_app

from streams.errors import RegradeError
from streams.telemetry.health import Health

Reasons = Callable[[], Sequence[str]]


class MetricsPortTaken(RegradeError):
    """The address for /metrics cannot be listened on."""

    def __init__(self, host: str, port: int, problem: str) -> None:
        self.host = host
        self.port = port
        super().__init__(
            f"/metrics cannot be served on {host}:{port}: {problem}. Choose another "
            "REGRADE_METRICS_PORT; 0 takes a free one."
        )


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Server6(_Server):
    address_family = socket.AF_INET6


class _Silent(WSGIRequestHandler):
    def log_message(self, *_arguments: Any) -> None:
        """Scrapes and probes come every few seconds: no line for each."""


def serve(host: str, port: int, registry: CollectorRegistry, health: Health) -> int:
    """Serve in threads of their own until the process ends; the port it listens on.

    Raises:
        MetricsPortTaken: the address cannot be listened on.
    """
    metrics = make_wsgi_app(registry)
    routes = {"/healthz": health.stalls, "/readyz": health.unready}

    def app(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        reasons = routes.get(environ["PATH_INFO"])
        if reasons is not None:
            return _tell(reasons, start_response)
        answer: Iterable[bytes] = metrics(environ, start_response)
        return answer

    kind = _Server6 if ":" in host else _Server
    try:
        server = make_server(host, port, app, kind, handler_class=_Silent)
    except OSError as error:
        raise MetricsPortTaken(host, port, str(error)) from None
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server.server_port


def _tell(reasons: Reasons, start_response: Any) -> Iterable[bytes]:
    found = reasons()
    status = "503 Service Unavailable" if found else "200 OK"
    body = orjson.dumps({"ok": not found, "reasons": found})
    start_response(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")])
    return [body]
