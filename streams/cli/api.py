"""`regrade api`."""


def api() -> None:
    """Serve the API and the board; settings come from REGRADE_* variables (docs/settings.md).

    Reads the store, follows the topics of changes, and sends what is ordered as commands. Workers
    may come and go meanwhile. Without keys it listens on this machine only.

    Example: `REGRADE_API_PORT=8108 regrade api`
    """
    from streams.api.serve import run_api
    from streams.api.settings import load_api_settings
    from streams.settings import load_settings
    from streams.telemetry.logs import set_up_logs

    settings, own = load_settings(), load_api_settings()
    set_up_logs(settings.log_level, settings.log_format)
    run_api(settings, own)
