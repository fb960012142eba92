"""What `/metrics` tells from the store and about the surroundings: names, meaning, labels, in one place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

Family = CounterMetricFamily | GaugeMetricFamily


@dataclass(frozen=True)
class Told:
    """One metric."""

    text: str
    labels: tuple[str, ...] = ()
    is_count: bool = False
    """Whether it only rises; its series then end in `_total`."""

    def family(self, name: str) -> Family:
        """An empty family of this name."""
        made = CounterMetricFamily if self.is_count else GaugeMetricFamily
        return made(name, self.text, labels=self.labels)


STORE: Mapping[str, Told] = MappingProxyType(
    {
        "triage_inbox_arrivals": Told("Arrivals that are not finished, or were given up.", ("company", "state")),
        "triage_queue_age_seconds": Told("For how long the arrival that is due longest has been due.", ("company",)),
        "triage_arrival_age_seconds": Told("Age of the oldest arrival that is not finished.", ("company",)),
        "triage_inbox_retried": Told("Arrivals that are not finished and have failed before.", ("company",)),
        "triage_dead_letters": Told("Arrivals that were given up and wait for a person.", ("company",)),
        "triage_recent_outcomes": Told("How the arrivals of the last hour ended.", ("company", "outcome")),
        "triage_abstention_ratio": Told("Share of the last hour's reviews that abstained.", ("company",)),
        "triage_workers_alive": Told("Workers that gave a sign lately."),
        "triage_switched_off": Told("1 where somebody has switched a company off, or everything.", ("company",)),
        "triage_effects": Told("What decisions set going and is not done.", ("state",)),
        "triage_open_cards": Told("Cards that wait for a decision.", ("company", "category")),
        "triage_open_card_age_seconds": Told("Age of the oldest card that waits.", ("company", "category")),
        "triage_open_cards_older": Told("Cards that have waited for longer than this.", ("company", "age")),
        "triage_decided_cards": Told(
            "Cards decided in the last four whole weeks, of categories that five people or more decided.",
            ("category", "verdict"),
        ),
        "triage_acceptance_ratio": Told("Share of them that was accepted as it stood.", ("category",)),
        "triage_model_calls": Told("Questions that were paid for.", ("company", "endpoint"), is_count=True),
        "triage_model_tokens": Told("Tokens of them.", ("company", "direction"), is_count=True),
        "triage_model_cost": Told("Their price, in the policy's currency.", ("company",), is_count=True),
        "triage_budget_used_ratio": Told("Spent of the day's budget.", ("company", "kind")),
        "triage_sweep_lag_seconds": Told("Since when the sweep has not been through all of Odoo."),
        "triage_sweep_every_seconds": Told("Time between two passes of the sweep, as it is set."),
        "triage_checkpoint_age_seconds": Told("Age of the last checkpoint, or of the journal where there is none."),
        "triage_desk_cycle_seconds": Told("Median from order to last delivery, of four whole weeks.", ("company",)),
        "triage_desk_approval_seconds": Told("Half of the approvals were settled after this time.", ("company",)),
        "triage_desk_second_person_seconds": Told("The same of cards that needed a second person.", ("company",)),
        "triage_desk_first_action_seconds": Told("Half of the cards were acted on after this time.", ("company",)),
        "triage_desk_fill_ratio": Told("Share of order lines complete by the day promised.", ("company",)),
        "triage_desk_fill_lost_ratio": Told("Share of order lines lost to exceptions.", ("company",)),
        "triage_desk_integration_ratio": Told("Share of arrivals that came to an end of their own.", ("company",)),
        "triage_desk_aged_backorders": Told("Backorders older than a week.", ("company",)),
        "triage_desk_exceptions": Told("Cards that came into being in four whole weeks.", ("company", "category")),
        "triage_desk_figures_age_seconds": Told("Since when the desk's figures were not counted.", ("company",)),
    }
)
"""From the store."""

AROUND: Mapping[str, Told] = MappingProxyType(
    {
        "triage_build_info": Told("1; the label says which version runs.", ("version",)),
        "triage_store_up": Told("1 while the store answers within its time."),
        "triage_figures_age_seconds": Told("Since when figures of the store were not renewed.", ("part",)),
        "triage_figures_seconds": Told("How long the store took for its figures.", ("part",)),
        "triage_disk_free_ratio": Told("Free share of the disk with the home folder."),
        "triage_odoo_up": Told("1 while the connected Odoo answers."),
        "triage_odoo_gate_matches": Told("1 while the gate in Odoo is the one that this version knows."),
    }
)
"""About the process and what is around it."""

__all__ = ["AROUND", "STORE", "Family", "Told"]
