"""The gate's way through its verbs, the end of its text. Runs inside Odoo, as `inside` does."""

from typing import Any

from triage.odoo.gate.cards_inside import card, card_readers, card_requests, card_rows, person
from triage.odoo.gate.inside import (
    about,
    activity,
    note,
    posted,
    refuse,
    ticket,
    visible,
    withdraw,
    write_allowed,
)
from triage.odoo.gate.tasks_inside import task


def cleaned(env: Any, user: Any) -> Any:
    """The environment without what the caller's context says, so that no default or flag of his acts in here.

    Only the companies are taken from it, as far as they are the user's.
    """
    mine = user.company_ids.ids
    asked = sorted(set(env.context.get("allowed_company_ids") or mine) & set(mine))
    return env(context={"lang": user.lang, "tz": user.tz, "allowed_company_ids": asked or mine})


def draft(env: Any, user: Any, error: Any, step: dict[str, Any]) -> dict[str, Any]:
    """A draft: a task where the step names a project, else a ticket."""
    return (task if step.get("project") else ticket)(env, user, error, step)


def run(env: Any, user: Any, error: Any, steps: Any) -> list[dict[str, Any]]:
    """All steps in one transaction; the first that is refused undoes all."""
    env = cleaned(env, user)
    user = env.user
    verbs = {
        "note": note,
        "activity": activity,
        "ticket": draft,
        "apply": write_allowed,
        "withdraw": withdraw,
        "posted": posted,
        "visible": visible,
        "about": about,
        "card": card,
        "card_rows": card_rows,
        "card_requests": card_requests,
        "card_readers": card_readers,
        "person": person,
    }
    answers = []
    for step in steps:
        if step.get("verb") not in verbs:
            refuse(error, "there is no verb " + str(step.get("verb")))
        answers.append(verbs[step["verb"]](env, user, error, step))
    return answers
