"""What any released program has stored can be read for good."""

import json

import pytest
from blobs import FOLDER, fields_of, written_once

from streams.storage.codec import VERSION, BlobCodec

VERSIONS = sorted(int(path.stem.rpartition("v")[2]) for path in FOLDER.glob("blobs-v*.jsonl"))


def test_every_version_up_to_this_one_is_kept():
    """A new version of the stored form comes with blobs of its own, and keeps the older ones."""
    assert list(range(1, VERSION[0] + 1)) == VERSIONS


@pytest.mark.parametrize("version", VERSIONS)
def test_a_blob_means_what_it_meant(version):
    """Every field that was written is read as it was; fields added since have their defaults."""
    decode = BlobCodec().decode
    rows = written_once(version).read_text("utf-8").splitlines()
    assert rows
    for row in map(json.loads, rows):
        blob = bytes.fromhex(row["blob"])
        assert blob[0] == version
        found = fields_of(decode(blob))
        assert {name: found[name] for name in row["state"]} == row["state"], row["customer"]
