"""Absence notes and bounces: mail that nobody wrote on purpose.

Rules: RFC 3834 (`Auto-Submitted`), RFC 3464 (delivery status), RFC 8098 (read receipts), and what common servers add.
`Auto-Submitted: auto-generated` alone is no absence note: carriers and EDI systems mark their notices so. A subject
alone is no bounce: a carrier's "undeliverable" is about a parcel.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from triage.domain import MessageKind

_REPLY_PREFIX = r"(?:(?:re|aw|sv|rv|antw|tr|fwd?|wg)\s?:\s*)*(?:\[[^\]]{1,30}\]\s*)?"
_ABSENCE = re.compile(
    rf"^{_REPLY_PREFIX}(?:"
    r"auto(?:matic|mated)?[- ]?(?:reply|response|answer)\b|autoreply|auto:\s|ooo\s?:|"
    r"out of (?:the )?office\b(?! hours?)|"
    r"automatische (?:antwort|abwesenheit)|abwesenheits\w+|abwesend\b|(?:ich bin )?nicht im büro\b|"
    r"r[ée]ponse automatique|message d['’]absence|absence du bureau|absente? du bureau|"
    r"respuesta autom[áa]tica|fuera de (?:la )?oficina\b|ausencia de la oficina|ausente de la oficina|"
    r"automatisch (?:antwoord|bericht)|afwezigheids\w+|afwezig(?:heid)?\b|niet op kantoor\b"
    r")",
    re.IGNORECASE,
)
_UNDELIVERED = re.compile(
    r"undeliver(?:able|ed)|delivery status notification|mail delivery (?:failed|failure|subsystem)|"
    r"delivery (?:has )?failed|failure notice|returned mail|message not delivered|delivery (?:failure|incomplete)|"
    r"unzustellbar|nicht zustellbar|zustellung fehlgeschlagen|konnte nicht zugestellt|"
    r"[ée]chec de (?:la )?remise|non remis|non distribu|n['’]a pas pu [êe]tre remis|"
    r"no se (?:puede|ha podido|pudo) entregar|no entregad[oa]|error de entrega|"
    r"onbestelbaar|niet (?:be|af)geleverd|niet bezorgd|kan niet worden bezorgd",
    re.IGNORECASE,
)
_DAEMON = re.compile(r"^(?:mailer-daemon|postmaster|mail-daemon|microsoftexchange[\w-]*)@", re.IGNORECASE)
_MACHINE = re.compile(
    r"^(?:no-?reply|do-?not-?reply|mailer-daemon|postmaster|bounces?|notifications?)\b", re.IGNORECASE
)


def kind_of_subject(subject: str) -> MessageKind:
    """Absence note or message, where nothing but the subject is known."""
    return MessageKind.AUTO_REPLY if _ABSENCE.match(subject.strip()) else MessageKind.MESSAGE


def is_machine(address: str) -> bool:
    """Whether an address is one that programs send from (`noreply@...`, `mailer-daemon@...`)."""
    return _MACHINE.match(address) is not None


def kind_of(header: Callable[[str], str], types: frozenset[str], sender: str) -> MessageKind:
    """Message, absence note or bounce, from a mail's headers.

    `header(name)` gives a header's text, empty where it is absent; `types` are the content types of its parts with
    `report-type=...` where a report names one; `sender` is the author's address.
    """
    subject = header("Subject").strip()
    if _is_bounce(header, types, sender, subject):
        return MessageKind.BOUNCE
    if "report-type=disposition-notification" in types or _is_absence(header, subject):
        return MessageKind.AUTO_REPLY
    return MessageKind.MESSAGE


def _is_bounce(header: Callable[[str], str], types: frozenset[str], sender: str, subject: str) -> bool:
    if {"report-type=delivery-status", "message/delivery-status"} & types or header("X-Failed-Recipients"):
        return True
    by_machine = (
        _DAEMON.match(sender) is not None
        or header("Return-Path").strip() == "<>"
        or header("Auto-Submitted").lower().startswith("auto-")
    )
    return by_machine and _UNDELIVERED.search(subject) is not None


def _is_absence(header: Callable[[str], str], subject: str) -> bool:
    if header("Auto-Submitted").strip().lower().startswith("auto-replied"):
        return True
    answers = (header(name).strip().lower() for name in ("X-Autoreply", "X-Autorespond", "X-Autoreply-From"))
    if any(answer and answer != "no" for answer in answers):
        return True
    if header("Precedence").strip().lower() in {"auto_reply", "auto-reply"}:
        return True
    return _ABSENCE.match(subject) is not None
