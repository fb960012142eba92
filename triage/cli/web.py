"""The web process of `triage serve`: it ends when the process that started it does."""

from __future__ import annotations

import os
import signal
import sys
import threading
from importlib import import_module


def end_with_parent() -> None:
    """Have this process asked to stop when its standard input ends: whoever started it keeps the other end open."""
    threading.Thread(target=_wait_for_the_end, name="parent", daemon=True).start()


def _wait_for_the_end() -> None:
    while os.read(0, 1024):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def main(host: str, port: int) -> int:
    """Serve until asked to stop; the exit status."""
    import uvicorn

    from triage.errors import ConfigurationError, UsageError
    from triage.logs import configure

    configure()
    end_with_parent()
    try:
        app = import_module("service.app").create_app()
    except (ConfigurationError, UsageError) as error:
        print(f"triage: {error}", file=sys.stderr)  # noqa: T201
        return 2
    uvicorn.run(app, host=host, port=port, access_log=False, log_config=None, timeout_graceful_shutdown=15)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1], int(sys.argv[2])))
