"""For every alert a course of things on which it fires, and one close to it on which it is silent.

Series are written as promtool reads them: `0+5x20` is 0, 5, 10 and so on, one value a minute.
"""

from dataclasses import dataclass

Series = dict[str, str]


@dataclass(frozen=True, slots=True)
class Case:
    """What is scraped, and the minute at which the alerts are looked at."""

    fires: Series
    silent: Series
    minute: int


def _deliveries(late_a_minute: float) -> Series:
    return {
        'regrade_deliveries_total{fresh="true"}': "0+1000x720",
        'regrade_deliveries_total{fresh="false"}': f"0+{late_a_minute}x720",
    }


def _midnight(day_s: int, due: int, since_s: int) -> Series:
    """Midnight was `since_s` before minute 0; the date since then is day 1 of the epoch."""
    return {
        'regrade_midnight_timestamp_seconds{instance="a"}': f"{-since_s}x60",
        'regrade_today_timestamp_seconds{instance="a"}': "86400x60",
        'regrade_partition_day_timestamp_seconds{instance="a",partition="0"}': f"{day_s}x60",
        'regrade_due_customers{instance="a",partition="0"}': f"{due}x60",
    }


_LAG = 'regrade_lag_records{topic="orders",partition="3"}'
_COMMIT = 'regrade_last_commit_timestamp_seconds{partition="3"}'
_PARTITIONS = 'regrade_assigned_partitions{instance="%s"}'
_OLDEST = 'regrade_outbox_oldest_timestamp_seconds{partition="0"}'
_POLICY = 'regrade_policy_info{instance="%s",policy="p",version="%s",fingerprint="f"}'
_SWEEP = 'regrade_sweep_customers{instance="a",partition="3"}'
_REFUSED = 'regrade_policies_refused_total{instance="%s"}'
_BUCKET = 'regrade_commit_duration_seconds_bucket{le="%s"}'

CASES = {
    "RegradeFreshnessBurnFast": Case(_deliveries(20), _deliveries(10), 120),
    "RegradeFreshnessBurnSlow": Case(_deliveries(8), _deliveries(4), 480),
    "RegradeRecordsUnaccounted": Case(
        {'regrade_unaccounted_offsets_total{topic="orders"}': "0x10 1x20"},
        {'regrade_unaccounted_offsets_total{topic="orders"}': "7x30"},
        15,
    ),
    "RegradeMidnightLate": Case(_midnight(0, 0, 1800), _midnight(86400, 0, 1800), 10),
    "RegradeWorkersMissing": Case(
        {'up{job="regrade-worker",instance="a"}': "1x5 0x20"},
        {
            'up{job="regrade-worker",instance="a"}': "1x5 0x20",
            'up{job="regrade-worker",instance="b"}': "1x25",
        },
        15,
    ),
    "RegradePartitionsUnowned": Case(
        {
            "regrade_partitions": "12x60",
            _PARTITIONS % "a": "6x60",
            _PARTITIONS % "b": "6x20 stale",
        },
        {
            "regrade_partitions": "12x60",
            _PARTITIONS % "a": "6x22 12x40",
            _PARTITIONS % "b": "6x20 stale",
        },
        40,
    ),
    "RegradeWorkerNotReady": Case(
        {'regrade_ready{instance="a"}': "1x5 0x20"},
        {'regrade_ready{instance="a"}': "1x5 0x3 1x20"},
        15,
    ),
    "RegradeWorkerRestarts": Case(
        {'regrade_process_start_time_seconds{instance="a"}': "100x5 400x5 700x5 1000x5 1300x5"},
        {'regrade_process_start_time_seconds{instance="a"}': "100x5 400x20"},
        24,
    ),
    "RegradeStalled": Case({_LAG: "5x30", _COMMIT: "60x30"}, {_LAG: "0x30", _COMMIT: "60x30"}, 20),
    "RegradeLagGrows": Case({_LAG: "200+10x60"}, {_LAG: "900-10x60"}, 50),
    "RegradeRebalanceStorm": Case(
        {'regrade_rebalances_total{instance="a"}': "0+1x60"},
        {'regrade_rebalances_total{instance="a"}': "0x20 1x10 2x10 3x20"},
        40,
    ),
    "RegradeCommitsRefused": Case(
        {'regrade_stale_commits_total{instance="a"}': "0+1x30"},
        {'regrade_stale_commits_total{instance="a"}': "0x10 2x20"},
        20,
    ),
    "RegradePoliciesDiffer": Case(
        {_POLICY % ("a", 1): "1x60", _POLICY % ("b", 2): "1x60"},
        {_POLICY % ("a", 2): "1x60", _POLICY % ("b", 2): "1x60"},
        50,
    ),
    "RegradeSweepStalled": Case({_SWEEP: "0x10 900x60"}, {_SWEEP: "0x10 9000-100x60"}, 40),
    "RegradePolicyRefused": Case(
        {_REFUSED % "a": "0x30 1x60", _REFUSED % "b": "0x30 1x60"},
        {_REFUSED % "a": "1x90", _REFUSED % "b": "0x90"},
        60,
    ),
    "RegradeOutboxStuck": Case({_OLDEST: "60x20"}, {_OLDEST: "0+60x20"}, 10),
    "RegradeStoreDown": Case(
        {'regrade_server_up{server="store",instance="a"}': "1x5 0x20"},
        {
            'regrade_server_up{server="store",instance="a"}': "1x5 0x20",
            'regrade_server_up{server="store",instance="b"}': "1x25",
            'regrade_server_up{server="broker",instance="b"}': "0x25",
        },
        15,
    ),
    "RegradeBrokerDown": Case(
        {'regrade_server_up{server="broker",instance="a"}': "1x5 0x20"},
        {'regrade_server_up{server="store",instance="a"}': "0x25"},
        15,
    ),
    "RegradeStoreRewound": Case(
        {'regrade_rewinds_total{instance="a"}': "0x10 1x60"},
        {'regrade_rewinds_total{instance="a"}': "1x70"},
        40,
    ),
    "RegradeStoreMemoryHigh": Case(
        {"regrade_store_memory_bytes": "900x30", "regrade_store_memory_limit_bytes": "1000x30"},
        {"regrade_store_memory_bytes": "900x30", "regrade_store_memory_limit_bytes": "0x30"},
        20,
    ),
    "RegradeStoreNotOnDisk": Case(
        {"regrade_store_persists": "1x5 0x10"}, {"regrade_store_persists": "1x15"}, 12
    ),
    "RegradeCommitsSlow": Case(
        {_BUCKET % "1.0": "0+90x60", _BUCKET % "2.5": "0+100x60", _BUCKET % "+Inf": "0+100x60"},
        {_BUCKET % "1.0": "0+100x60", _BUCKET % "2.5": "0+100x60", _BUCKET % "+Inf": "0+100x60"},
        30,
    ),
    "RegradeApiErrors": Case(
        {
            'regrade_api_requests_total{status="503"}': "0+5x60",
            'regrade_api_requests_total{status="200"}': "0+95x60",
        },
        {
            'regrade_api_requests_total{status="404"}': "0+50x60",
            'regrade_api_requests_total{status="200"}': "0+50x60",
        },
        30,
    ),
    "RegradeDeadLettersMany": Case(
        {
            'regrade_dead_letters_total{topic="orders",reason="not-json"}': "0+5x60",
            'regrade_events_total{topic="orders",outcome="folded"}': "0+95x60",
            'regrade_events_total{topic="orders",outcome="rejected"}': "0+5x60",
        },
        {
            'regrade_dead_letters_total{topic="orders",reason="not-json"}': "0+1x60",
            'regrade_events_total{topic="orders",outcome="folded"}': "0+999x60",
            'regrade_events_total{topic="orders",outcome="rejected"}': "0+1x60",
        },
        30,
    ),
    "RegradeDeadLetters": Case(
        {'regrade_dead_letters_total{topic="orders",reason="not-json"}': "0x10 1x60"},
        {'regrade_dead_letters_total{topic="orders",reason="not-json"}': "9x80"},
        40,
    ),
    "RegradeMassDemotion": Case(
        {
            'regrade_changes_total{direction="downgraded"}': "0+2x90",
            'regrade_customers{tier="gold"}': "1000x90",
        },
        {
            'regrade_changes_total{direction="downgraded"}': "0+0.5x90",
            'regrade_changes_total{direction="upgraded"}': "0+50x90",
            'regrade_customers{tier="gold"}': "1000x90",
        },
        80,
    ),
}
