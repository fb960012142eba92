"""`python -m triage.odoo.sandbox`: a look-alike on loopback until Ctrl-C."""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path

from triage.odoo.sandbox import Sandbox


def main() -> None:
    """Start one and say how to reach it."""
    parser = argparse.ArgumentParser(
        prog="python -m triage.odoo.sandbox", description="An Odoo look-alike on loopback."
    )
    parser.add_argument("--version", type=int, default=18, choices=(18, 19))
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--rows", type=Path, help="JSON file of seed rows by model")
    options = parser.parse_args()
    rows = json.loads(options.rows.read_text(encoding="utf-8")) if options.rows else None
    with Sandbox(options.version, port=options.port, rows=rows) as sandbox:
        account = sandbox.admin
        print(f"{sandbox.url} database={sandbox.database}", flush=True)  # noqa: T201
        print(f"login={account.login} password={account.password} key={account.api_key}", flush=True)  # noqa: T201
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
