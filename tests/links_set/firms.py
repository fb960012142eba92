"""Who writes to the invented wholesaler Halden & Roos, by the lines of `firms.txt`.

A line: key, id, role and name; addresses; VAT number.
"""

from __future__ import annotations

from pathlib import Path

from triage.domain import Company, Partner, RecordRef, Role

COMPANY = Company(name="Halden & Roos B.V.", currency="EUR", timezone="Europe/Amsterdam", language="en")
OWN_DOMAIN = "haldenroos.example"

_LINES = (Path(__file__).parent / "firms.txt").read_text(encoding="utf-8")

CARRIERS = {"VX": "veloxa", "TM": "transmare", "HU": "huisman", "CR": "correo"}


def _partner(line: str) -> tuple[str, Partner]:
    head, emails, vat = (part.strip() for part in line.split("|"))
    key, number, role, name = head.split(None, 3)
    ref = RecordRef(model="res.partner", id=int(number), name=name)
    made = Partner(
        ref=ref, commercial=ref, name=name, role=Role(role), emails=tuple(emails.split()), vat=vat.strip() or None
    )
    return key, made


FIRMS: dict[str, Partner] = dict(_partner(line) for line in _LINES.strip().splitlines())
