"""Faults of a chaos day that last until the alert about them fires."""

from __future__ import annotations

import time
from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from evals.load.alerts import gate_mismatch
from evals.load.day_site import PATIENCE, Chance, Day, Fault, again, touching
from triage.audit.checkpoints import make
from triage.cli.wiring import now
from triage.domain import RecordRef

_LONG_AGO = timedelta(days=3)


def _odoo_away(day: Day, chance: Chance) -> None:
    began = time.time()
    day.tell(day.site.odoo, "closed")
    day.until_told("TriageOdooUnreachable", began, "Odoo was down")
    day.tell(day.site.odoo, "open")


def _model_away(day: Day, chance: Chance) -> None:
    began = time.time()
    day.tell(day.site.model, "fail 600")
    day.until_told("TriageModelOutage", began, "the model server was down")
    day.tell(day.site.model, "fail 0")


def _no_worker(day: Day, chance: Chance) -> None:
    began = time.time()
    day.keeper.held |= {member.name for member in day.workers}
    for member in day.workers:
        member.kill()
    day.until_told("TriageNoWorker", began, "no worker ran")
    day.keeper.held.clear()


def _gate_changed(day: Day, chance: Chance) -> None:
    with gate_mismatch(day.site):
        day.until_told("TriageGateMismatch", time.time(), "the gate's code was another")


def _budget_spent(day: Day, chance: Chance) -> None:
    began = time.time()
    day.site.rewrite("policy.yaml", budgets={"tokens_per_day": 1})
    day.until_told("TriageBudgetNearlyUsed", began, "the budget was spent")
    day.site.rewrite("policy.yaml", budgets={})


def _checkpoint_old(day: Day, chance: Chance) -> None:
    began = time.time()
    again(lambda: make(day.store.journal, lambda: now() - _LONG_AGO))
    day.until_told("TriageCheckpointOverdue", began, "the last checkpoint was days old")
    again(lambda: make(day.store.journal, now))


def _call_lost(day: Day, chance: Chance) -> None:
    """An order changes, and no call tells of it."""
    ref, began = next(day.apart), time.time()
    day.wanted.append(ref)
    day.site.admin("sale.order", "write", [ref.id], {"client_order_ref": "changed without a call"})
    day.until_told("TriageEventsLost", began, "a change was not told")


def _poisoned(day: Day, chance: Chance) -> None:
    """A record that Odoo itself cannot read out: the arrival is given up until a person has looked."""
    ref = next(day.apart)
    day.tell(day.site.odoo, f"unreadable {ref.id}")
    before, until = set(day.ids), time.time() + 3 * PATIENCE
    day.send(ref)
    [job] = [one for one in set(day.ids) - before if _names(day, one, ref)]
    while again(lambda: day.inbox.get(job)).state != "dead" and time.time() < until:
        time.sleep(0.3)
    if time.time() < until:
        day.until_told("TriageDeadLetters", time.time(), "an arrival was given up")
    day.tell(day.site.odoo, f"readable {ref.id}")
    if again(lambda: day.inbox.get(job)).state != "dead":
        day.wanted.append(ref)
        day.wrong.append(f"{job}: an arrival about a record that cannot be read was not given up")
        return
    if chance.random() < 0.5:
        day.wanted.append(ref)
        again(lambda: day.inbox.retry(job, "mila", "the record was put right"))
        day.retried += 1
    else:
        day.discarded.append(job)
        again(lambda: day.inbox.discard(job, "mila", "a test"))


def _names(day: Day, job: str, ref: RecordRef) -> bool:
    row = again(lambda: day.inbox.get(job))
    return bool(row and day.inbox.load(row).ref.id == ref.id)


LONG: Mapping[str, Fault] = MappingProxyType(
    {
        "Odoo away": Fault(_odoo_away, touching("odoo"), alert="TriageOdooUnreachable"),
        "model away": Fault(_model_away, touching("model", "workers", "switch", "odoo"), alert="TriageModelOutage"),
        "no worker": Fault(_no_worker, touching("workers"), alert="TriageNoWorker"),
        "gate changed by hand": Fault(_gate_changed, touching("odoo"), alert="TriageGateMismatch"),
        "budget spent": Fault(_budget_spent, touching("policy"), alert="TriageBudgetNearlyUsed"),
        "checkpoint overdue": Fault(_checkpoint_old, touching("checkpoint"), alert="TriageCheckpointOverdue"),
        "call lost": Fault(_call_lost, touching("odoo", "workers", "switch"), alert="TriageEventsLost"),
        "poisoned event": Fault(_poisoned, touching("odoo", "workers", "switch"), alert="TriageDeadLetters"),
    }
)


__all__ = ["LONG"]
