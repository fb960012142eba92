"""Transfers, moves and lots of a book as rows of Odoo."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from triage.domain import Case, Line, Move, Shipment, ShipmentKind
from triage.odoo.sandbox.day_parties import FIRST, Parties, Values

_TYPES = {ShipmentKind.INCOMING: 1, ShipmentKind.OUTGOING: 2, ShipmentKind.INTERNAL: FIRST}
_PLACES = {ShipmentKind.INCOMING: (2, 5), ShipmentKind.OUTGOING: (5, 3), ShipmentKind.INTERNAL: (5, 5)}
_OPEN_STATES = frozenset({"draft", "waiting", "confirmed", "partially_available", "assigned"})


class Stock(Parties):
    """What moves, with what the carrier says of it."""

    def shipment(self, shipment: Shipment, case: Case) -> None:
        """A transfer, with what the carrier says of it."""
        source, target = _PLACES[shipment.kind]
        outgoing = shipment.kind is ShipmentKind.OUTGOING and case.order is not None
        values: Values = {
            "name": shipment.ref.name,
            "picking_type_id": _TYPES[shipment.kind],
            "location_id": source,
            "location_dest_id": target,
            "move_type": "direct",
            "state": shipment.state,
            "scheduled_date": self.stamp(shipment.scheduled),
            "date_done": self.stamp(shipment.date_done),
            "carrier_id": self.carrier(shipment.carrier) if shipment.carrier else False,
            "carrier_tracking_ref": shipment.tracking or False,
            "backorder_id": self.transfer(shipment.backorder_of, case),
            "return_id": self.transfer(shipment.return_of, case),
            "x_carrier_status": shipment.carrier_status or False,
            "x_last_scan": self.stamp(shipment.last_scan),
            "x_delivered_at": self.stamp(shipment.delivered_at),
            "x_signed_by": shipment.signed_by or False,
        }
        if outgoing or (shipment.return_of and case.order is not None):
            assert case.order is not None
            values |= {"sale_id": case.order.ref.id, "origin": case.order.ref.name}
            values |= {"partner_id": self.partner(case.partner)} if case.partner else {}
        self.put("stock.picking", self.number(shipment.ref.id, "stock.picking", shipment.ref.name), values)

    def transfer(self, name: str | None, case: Case) -> int | bool:
        """The transfer of that name among those of the case."""
        found = [s.ref.id for s in case.shipments if s.ref.name == name and s.ref.id]
        return found[0] if found else False

    def carrier(self, name: str) -> int:
        """A delivery method that is called as the carrier."""
        service = self.product(Line(product="DELIVERY", name="Delivery", quantity=Decimal(1)))
        return self.by_name("delivery.carrier", name, {"name": name, "product_id": service})

    def moves(self, case: Case) -> None:
        """The goods on the transfers. Reservation and forecast of a line stand on its first move that waits; where it
        has none, on one without a transfer."""
        kinds = {shipment.ref.name: shipment for shipment in case.shipments}
        waiting: dict[int, int] = {}
        for move in case.moves:
            shipment = kinds[move.shipment]
            number = self._move(move, shipment)
            line = self._line_of(move, shipment, case, waiting)
            if line is not None:
                self.put("stock.move", number, {"sale_line_id": line, **self._for_whom(case)})
                if move.state in _OPEN_STATES:
                    waiting.setdefault(line, number)
        for place, item in enumerate(case.lines):
            if case.order is not None and (item.reserved is not None or item.forecast is not None):
                number = self.line_id(item, "sale.order.line", case.order.ref.name, place)
                self._cover(item, number, waiting, self._for_whom(case))
        self._chain(case, kinds, waiting)

    def _move(self, move: Move, shipment: Shipment) -> int:
        source, target = _PLACES[shipment.kind]
        number = self.number(move.id, "stock.move", f"{move.shipment} {move.product}")
        values: Values = {
            "picking_id": self.number(shipment.ref.id, "stock.picking", shipment.ref.name),
            "picking_type_id": _TYPES[shipment.kind],
            "company_id": 1,
            "location_id": source,
            "location_dest_id": target,
            "product_id": self.product(move),
            "product_uom": self.unit(move.uom),
            "product_uom_qty": float(move.quantity),
            "quantity": float(move.done if move.state == "done" else move.reserved),
            "state": move.state,
            "date": self.stamp(move.date) or self.stamp(shipment.scheduled) or "2026-01-05 08:00:00",
        }
        values |= {"name": move.product} if self.version < 19 else {}
        self.put("stock.move", number, values)
        if move.lot:
            self._lot(move, number, values)
        return number

    def _lot(self, move: Move, number: int, values: Values) -> None:
        product = values["product_id"]
        told = {"name": move.lot, "product_id": product, "company_id": 1}
        lot = self.by_name("stock.lot", f"{move.lot} {product}", told)
        same = ("company_id", "product_id", "location_id", "location_dest_id", "picking_id", "date", "quantity")
        row = {name: values[name] for name in same}
        row |= {"move_id": number, "lot_id": lot, "product_uom_id": values["product_uom"]}
        self.by_name("stock.move.line", str(number), row)

    def _line_of(self, move: Move, shipment: Shipment, case: Case, waiting: Mapping[int, int]) -> int | None:
        """The sales line that a move delivers: of its product, one that has no move of this transfer yet."""
        if shipment.kind is not ShipmentKind.OUTGOING or case.order is None:
            return None
        found = [
            self.line_id(line, "sale.order.line", case.order.ref.name, place)
            for place, line in enumerate(case.lines)
            if line.product == move.product
        ]
        return next((number for number in found if number not in waiting), found[0] if found else None)

    def _for_whom(self, case: Case) -> Values:
        """What a move for a sales order says of it."""
        assert case.order is not None
        values: Values = {"origin": case.order.ref.name, "date_deadline": self.stamp(case.order.commitment_date)}
        return values | ({"partner_id": self.partner(case.partner)} if case.partner else {})

    def _cover(self, line: Line, number: int, waiting: dict[int, int], whom: Values) -> None:
        if number not in waiting:
            rest = line.quantity - line.delivered
            reserved = line.reserved or Decimal(0)
            state = "assigned" if reserved >= rest else "partially_available" if reserved else "confirmed"
            values: Values = {
                "sale_line_id": number,
                "picking_type_id": _TYPES[ShipmentKind.OUTGOING],
                "company_id": 1,
                "location_id": 5,
                "location_dest_id": 3,
                "product_id": self.product(line),
                "product_uom": self.unit(line.uom),
                "product_uom_qty": float(rest),
                "quantity": float(reserved),
                "state": state,
                "date": "2026-11-17 12:00:00",
                **whom,
            }
            values |= {"name": line.product} if self.version < 19 else {}
            waiting[number] = self.by_name("stock.move", f"waiting {number}", values)
        forecast = {"forecast_availability": float(line.forecast or 0)}
        self.put("stock.move", waiting[number], forecast | {"forecast_expected_date": self.noon(line.forecast_date)})

    def _chain(self, case: Case, kinds: Mapping[str, Shipment], waiting: Mapping[int, int]) -> None:
        """Ties receipts to the purchase lines that they fulfil and to the moves that wait for them."""
        for move in case.moves:
            if kinds[move.shipment].kind is not ShipmentKind.INCOMING or move.id is None:
                continue
            for purchase in case.purchases:
                lines = [line for line in purchase.lines if line.product == move.product and line.id]
                if lines:
                    self.put("stock.move", move.id, {"purchase_line_id": lines[0].id})
            for line in case.lines:
                if line.product == move.product and line.id and line.id in waiting:
                    self.put("stock.move", waiting[line.id], {"move_orig_ids": [move.id]})
