"""Whether the connected Odoo answers, and whether the gate in it is the one that this version knows."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from triage.errors import AccessDenied, ConfigurationError, OdooError, OdooRejected
from triage.odoo.client import Odoo
from triage.odoo.connection import Connection
from triage.odoo.gate.client import Gate


@dataclass(frozen=True)
class Standing:
    """How an Odoo stands."""

    is_up: bool
    """Whether it answers at all."""
    gate_matches: bool | None = None
    """None: no gate is wanted, or it could not be asked."""
    trouble: str | None = None
    """What is wrong and what to do; none where nothing is."""


def standing(connection: Connection, is_gate_wanted: bool, environment: Mapping[str, str] = os.environ) -> Standing:
    """Ask the Odoo that a connection leads to, with a connection of its own. Takes as long as Odoo does.

    `is_gate_wanted`: whether a policy publishes, so that a missing gate is trouble, too.
    """
    try:
        odoo = Odoo.connect(connection.server(environment))
    except ConfigurationError as error:
        return Standing(is_up=True, trouble=str(error))
    except OdooError as error:
        return _down(error)
    try:
        return _standing(odoo, connection, is_gate_wanted)
    except (ConfigurationError, OdooRejected) as error:
        return Standing(is_up=True, gate_matches=False, trouble=str(error))
    except OdooError as error:
        return _down(error)
    finally:
        odoo.close()


def _standing(odoo: Odoo, connection: Connection, is_gate_wanted: bool) -> Standing:
    if Gate.find(odoo) is not None:
        return Standing(is_up=True, gate_matches=True)
    if not is_gate_wanted:
        return Standing(is_up=True)
    text = "there is no gate, or the service user is not in its group: nothing is published. `triage odoo grant`."
    return Standing(is_up=True, gate_matches=False, trouble=f"{connection.url}: {text}")


def _down(error: OdooError) -> Standing:
    return Standing(is_up=isinstance(error, AccessDenied), trouble=str(error))


__all__ = ["Standing", "standing"]
