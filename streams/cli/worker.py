"""`regrade worker`."""


def worker() -> None:
    """Run one worker; settings come from REGRADE_* variables (docs/settings.md).

    Start as many as there are partitions; they share the work and take over from each
    other. SIGTERM finishes the chunk at hand, publishes what it caused, and leaves.

    Example: `REGRADE_KAFKA=kafka:9092 REGRADE_REDIS=redis://redis:6379/0 regrade worker`
    """
    from streams.settings import load_settings
    from streams.telemetry.logs import set_up_logs
    from streams.work import run_worker

    settings = load_settings()
    set_up_logs(settings.log_level, settings.log_format)
    run_worker(settings)
