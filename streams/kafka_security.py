"""How every Kafka client of the program proves who it is, and checks who it talks to."""

import ssl
from typing import Any

from streams.settings import Settings, SettingsRefused


def kafka_security(settings: Settings) -> dict[str, Any]:
    """The arguments of an aiokafka client beside the address.

    Raises:
        SettingsRefused: a file cannot be read, or user and password are missing.
    """
    protocol = settings.kafka_security
    options: dict[str, Any] = {"security_protocol": protocol}
    if protocol.endswith("SSL"):
        options["ssl_context"] = _context(settings)
    if protocol.startswith("SASL"):
        password = settings.kafka_password.get_secret_value()
        if not (settings.kafka_user and password):
            needed = f"REGRADE_KAFKA_SECURITY={protocol} needs REGRADE_KAFKA_USER and "
            raise SettingsRefused([f"{needed}REGRADE_KAFKA_PASSWORD"])
        options |= {
            "sasl_mechanism": settings.kafka_mechanism,
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": password,
        }
    return options


def _context(settings: Settings) -> ssl.SSLContext:
    """Host names are checked, by the given authority or by those the machine trusts."""
    try:
        context = ssl.create_default_context(cafile=settings.kafka_ca or None)
        if settings.kafka_certificate:
            context.load_cert_chain(settings.kafka_certificate, settings.kafka_key or None)
    except OSError as error:  # ssl.SSLError is one
        names = ("KAFKA_CA", "KAFKA_CERTIFICATE", "KAFKA_KEY")
        shown = ", ".join(f"REGRADE_{n}={getattr(settings, n.lower())!r}" for n in names)
        raise SettingsRefused([f"{shown}: {error}"]) from None
    return context
