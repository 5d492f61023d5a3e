"""Stored states of the golden histories, kept as they were written once, by version."""

import json
from pathlib import Path
from typing import Any

import msgspec
from runs import run
from stories import facts, policy_file, stories

from scoring.customer import CustomerState
from streams.policies.load import load_policy
from streams.storage.codec import BlobCodec

FOLDER = Path(__file__).parent


def fields_of(state: CustomerState) -> dict[str, Any]:
    """A state as plain JSON, by the names of its fields."""
    names = CustomerState.__struct_fields__
    return {
        name: json.loads(msgspec.json.encode(getattr(state, name), enc_hook=str)) for name in names
    }


def written_now() -> list[dict[str, Any]]:
    """Every customer at the end of every story: the blob as hex, and what it means."""
    decode = BlobCodec().decode
    return [
        {"story": story, "customer": name, "blob": blob.hex(), "state": fields_of(decode(blob))}
        for story in stories()
        for name, blob in sorted(
            run(load_policy(str(policy_file(story))), facts(story)).blobs.items()
        )
    ]


def written_once(version: int) -> Path:
    """The file with the blobs of one version of the stored form."""
    return FOLDER / f"blobs-v{version}.jsonl"
