"""CPU per event while the store knows more and more customers."""

import asyncio
import secrets
from argparse import ArgumentParser, Namespace
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import date
from itertools import batched, count, cycle
from random import Random
from typing import Any, NamedTuple

from histories import grade
from measure import emit, progress, ratio
from worker_run import PARTITIONS, produce, run_worker, store_of

from scoring.policy import Policy
from scoring.units import Day
from streams.bootstrap import policy_tag
from streams.embedded.stack import EmbeddedStack
from streams.embedded.topics import create_topics
from streams.intake.partitioner import partition_of
from streams.partition.ports import Commit
from streams.policies.load import load_policy
from streams.replay.event import WireEvent
from streams.replay.generator import DAY_MS, Order, draw_customer, generate_orders, paid
from streams.storage.memory_store import MemoryStore
from streams.storage.redis_store import RedisStore
from streams.topics import topic_specs
