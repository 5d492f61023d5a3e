"""Kafka over TLS with a user: worker, producers and tools all get in, and nobody else does."""

import json
from pathlib import Path

import pytest
from certificates import Certificate, make_certificate
from journeys.programme import Programme
from journeys.regrade_command import regrade
from journeys.test_doctor_command import examined, settings_of
from journeys.wire_input import Sent, ms_on, order, send

from streams.embedded.kafka import ApacheKafka
from streams.embedded.ports import LOOPBACK
from streams.embedded.store import ValkeyStore

pytestmark = [pytest.mark.kafka, pytest.mark.timeout(300)]
PASSWORD = "correct-horse-battery"  # noqa: S105 - of this test


class SecuredKafka(ApacheKafka):
    """A Kafka with a second listener, which asks for a user over TLS."""

    port_count = 3

    def __init__(self, folder: Path, certificate: Certificate) -> None:
        self._certificate = certificate
        super().__init__(folder, scram={"regrade": PASSWORD})

    @property
    def secured(self) -> str:
        """`host:port` of the listener that asks."""
        return f"{LOOPBACK}:{self._ports[2]}"

    def _write_settings(self, broker_port, controller_port, secured_port=0) -> None:
        plain = f"PLAINTEXT://{LOOPBACK}:{broker_port}"
        secured = f"SASL_SSL://{LOOPBACK}:{secured_port}"
        module = "org.apache.kafka.common.security"
        self._settings |= {
            "listeners": f"{plain},{secured},CONTROLLER://{LOOPBACK}:{controller_port}",
            "advertised.listeners": f"{plain},{secured}",
            "listener.security.protocol.map": (
                "PLAINTEXT:PLAINTEXT,SASL_SSL:SASL_SSL,CONTROLLER:PLAINTEXT"
            ),
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": str(self._certificate.shown),
            "sasl.enabled.mechanisms": "PLAIN,SCRAM-SHA-512",
            "listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config": (
                f"{module}.scram.ScramLoginModule required;"
            ),
            "listener.name.sasl_ssl.plain.sasl.jaas.config": (
                f'{module}.plain.PlainLoginModule required user_regrade="{PASSWORD}";'
            ),
        }
        super()._write_settings(broker_port, controller_port)


class SecuredStack:
    """What a programme of this test runs on; its own producers use the plain listener."""

    def __init__(self, kafka: SecuredKafka, store: ValkeyStore) -> None:
        self.bootstrap = kafka.bootstrap
        self.redis_url = store.url


@pytest.mark.parametrize("mechanism", ["SCRAM-SHA-512", "PLAIN"])
async def test_worker_and_tools_get_in_with_user_and_certificate(tmp_path, mechanism):
    """Over SASL_SSL alone a record is graded and examined; a wrong password is not let in."""
    certificate = make_certificate(tmp_path)
    with (
        SecuredKafka(tmp_path / "kafka", certificate) as kafka,
        ValkeyStore(tmp_path / "store") as store,
    ):
        access = {
            "REGRADE_KAFKA": kafka.secured,
            "REGRADE_KAFKA_SECURITY": "SASL_SSL",
            "REGRADE_KAFKA_MECHANISM": mechanism,
            "REGRADE_KAFKA_USER": "regrade",
            "REGRADE_KAFKA_PASSWORD": PASSWORD,
            "REGRADE_KAFKA_CA": str(certificate.trusted),
            "REGRADE_IDEMPOTENT_PRODUCER": "true",
        }
        async with Programme(SecuredStack(kafka, store), tmp_path, "safe", **access) as programme:
            settings = {**settings_of(programme), **access}
            created = await regrade(
                "topics", "--partitions", "2", settings={**settings, "REGRADE_PREFIX": "more."}
            )
            assert created.code == 0, created.err
            worker = await programme.worker()
            bought = json.dumps(order(0, "ann")).encode()
            await send(kafka.bootstrap, "safe.", [Sent("orders", b"ann", bought, ms_on(0))])
            await programme.taken(1)
            code, _, out = await examined(settings)
            assert code == 0, out
            letters = await regrade("dead-letters", "list", settings=settings)
            assert letters.out.startswith("0 dead letters")
            assert PASSWORD not in worker.output() + out

            wrong = {**settings, "REGRADE_KAFKA_PASSWORD": "wrong-horse-battery"}
            for words in (("doctor",), ("dead-letters", "list"), ("worker",)):
                done = await regrade(*words, settings=wrong)
                assert done.code == 1
                assert "wrong-horse-battery" not in done.out + done.err
            untrusted = await regrade("doctor", settings={**settings, "REGRADE_KAFKA_CA": ""})
            assert untrusted.code == 1
