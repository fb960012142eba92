"""How Odoo is reached: JSON-RPC by `odoorpc` (14 and later) or JSON-2 by HTTP (19 and later), with the same answers."""

from triage.odoo.transport.calls import Call, Transport
from triage.odoo.transport.open import Api, Server, open_transport

__all__ = ["Api", "Call", "Server", "Transport", "open_transport"]
