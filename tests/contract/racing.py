"""What one of several processes does that publish the same cards at once. Importable, so that it can be started."""

from __future__ import annotations

import time
from collections import Counter

from tests.contract.posting import note
from triage.domain import RecordRef
from triage.odoo.client import Odoo
from triage.odoo.gate.client import Gate
from triage.odoo.transport import Server


def publish(server: Server, record: RecordRef, markers: list[str], start: float) -> Counter[str]:
    """Post a note for each card from a moment on; how often each status came back."""
    gate = Gate.find(Odoo.connect(server))
    assert gate is not None
    time.sleep(max(0.0, start - time.time()))
    return Counter(gate.do([note(marker, record)])[0].status for marker in markers)
