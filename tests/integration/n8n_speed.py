"""How long a carrier's status takes through n8n: `python -m tests.integration.n8n_speed [COUNT]`."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.integration.n8n_process import missing
from tests.integration.n8n_scene import scene_in as scenery
from tests.integration.n8n_scene import wait_for


def main(count: int) -> None:
    """Print median, 95th percentile and maximum in milliseconds, one after the other."""
    if (why := missing()) is not None:
        sys.exit(why)
    with tempfile.TemporaryDirectory() as folder, scenery(Path(folder) / "scene") as scene:
        taken: list[float] = []
        for number in range(count + 3):
            status = {
                "tracking": "PXE77410293",
                "status": "in transit",
                "time": "2026-11-17T08:15:00Z",
                "id": f"{number}",
            }
            began = time.perf_counter()
            answer = scene.carrier(status)
            taken.append(1000 * (time.perf_counter() - began))
            assert answer.status_code == 202, answer.text
        began = time.perf_counter()
        wait_for(lambda: all(state == "done" or state == "dead" for _, state, _ in scene.rows("n8n")))
        read = time.perf_counter() - began
        rows = scene.rows("n8n")
    found = sorted(taken[3:])
    told = [statistics.median(found), found[int(0.95 * (len(found) - 1))], found[-1]]
    sys.stdout.write(
        f"{count} statuses, one after the other: median {told[0]:.0f} ms, 95 % {told[1]:.0f} ms, most {told[2]:.0f} "
        f"ms; {len(rows)} events kept, all read {read:.1f} s after the last\n"
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 50)
