"""Builds the parts of a case from the rows around it. Reads nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from triage.domain import Hindrance, Invoice, Line, Network, Order, Partner, Purchase, Role, Waiting
from triage.odoo.capture import approvals, hindrances, invoices, network, orders, promises, purchases, stock, waiting
from triage.odoo.capture.gather import Around
from triage.odoo.capture.missing import Missing
from triage.odoo.capture.orders import LineMaker
from triage.odoo.capture.requests import Seeds
from triage.odoo.capture.thread import Circle
from triage.odoo.rows import Row


@dataclass(frozen=True)
class Assembly:
    """Cases out of one gathering."""

    around: Around

    @property
    def _maker(self) -> LineMaker:
        return LineMaker(self.around.custom, self.around.products, self.around.company)

    def parts(self, seeds: Seeds, missing: Missing) -> dict[str, Any]:
        """The fields of a case that grow from these seeds: all but record, company, time, thread and documents.

        What this case lacks is noted in `missing`.
        """
        around, sale = self.around, self._sale(seeds)
        self._note_unread(seeds, missing)
        serving = around.serving(sale.id) if sale else []
        moves = self._moves(seeds, sale, serving)
        pickings = self._pickings(seeds, sale, moves)
        places = {row.id: (place, row) for place, row in enumerate(pickings)}
        placed = [(*places[number], move) for move in moves if (number := move.one("picking_id")) in places]
        returns = stock.returned_transfers(moves, around.pickings)
        return {
            "partner": self.partner(seeds),
            "order": orders.to_order(sale, around.custom, around.company) if sale else None,
            "lines": self._lines(sale) if sale else (),
            "shipments": tuple(stock.to_shipment(row, around.directions, returns, around.custom) for row in pickings),
            "moves": tuple(
                stock.to_move(move, row, around.products, around.lots)
                for _, row, move in sorted(placed, key=lambda each: (each[0], each[2].id))
            ),
            "purchases": tuple(self._purchases(seeds, serving)),
            "invoices": tuple(self._invoices(seeds, sale, missing)),
            "promises": self._promises(sale) if sale else (),
            "related": tuple(self._related(seeds, sale)),
            "hindrances": (*(self._hindrances(sale) if sale else ()), *self._blocked(seeds), *self._asked(seeds)),
            "approvals": tuple(approvals.approvals_of(seeds.asked, around.answers, self._reviews(seeds))),
            "lead": approvals.lead_of(seeds.asked),
            "network": self._network(seeds),
        }

    def _note_unread(self, seeds: Seeds, missing: Missing) -> None:
        """Name the records that should be in the case and could not be read: gone, hidden, or another company's."""
        around = self.around
        read = {
            "sale.order": around.sales.keys(),
            "purchase.order": around.purchases.keys(),
            "stock.picking": around.pickings.keys(),
            "account.move": {row.id for row in around.invoices},
        }
        for topic, model, numbers in seeds.by_model:
            for number in numbers:
                if number not in read[model]:
                    missing.unread(topic, model, number)

    def partner(self, seeds: Seeds) -> Partner | None:
        """Whose case it is: the order's customer or supplier, else the one that the record names."""
        partners, sale = self.around.partners, self._sale(seeds)
        if sale is not None:
            return partners.partner(sale.one("partner_id"), Role.CUSTOMER, sale.one("partner_shipping_id"))
        if len(seeds.purchases) == 1 and seeds.purchases[0] in self.around.purchases:
            return partners.partner(self.around.purchases[seeds.purchases[0]].one("partner_id"), Role.SUPPLIER)
        return partners.partner(seeds.partner, Role.CUSTOMER if seeds.by_customer else Role.SUPPLIER)

    def circle(self, parts: dict[str, Any], system: int | None) -> Circle:
        """Who is who around the case; `system` is the partner in whose name Odoo itself writes."""
        partner: Partner | None = parts["partner"]
        suppliers = [purchase.supplier for purchase in parts["purchases"]]
        if partner is not None and partner.role is Role.SUPPLIER:
            suppliers.append(partner)
        customers = (partner,) if partner is not None and partner.role is Role.CUSTOMER else ()
        carriers = tuple(dict.fromkeys(s.carrier for s in parts["shipments"] if s.carrier))
        return Circle(self.around.partners, self.around.company, customers, tuple(suppliers), carriers, system)

    def _sale(self, seeds: Seeds) -> Row | None:
        """The one sales order of the case; none where there are several."""
        found = [self.around.sales[number] for number in seeds.sales if number in self.around.sales]
        return found[0] if len(found) == 1 else None

    def _lines(self, sale: Row) -> tuple[Line, ...]:
        around, currency = self.around, sale.label("currency_id") or ""
        by_line: dict[int, list[Row]] = {}
        for move in around.moves_of(sale.id):
            by_line.setdefault(move.one("sale_line_id") or 0, []).append(move)
        return tuple(
            self._maker.sale(
                row, currency, stock.cover_of(row, by_line.get(row.id, ()), around.directions, around.products)
            )
            for row in around.sale_lines.get(sale.id, ())
        )

    def _moves(self, seeds: Seeds, sale: Row | None, serving: Sequence[Row]) -> list[Row]:
        """The moves of the order, those that it waits for, and those of the record's own purchases and transfers."""
        around = self.around
        found = {move.id: move for move in (around.moves_of(sale.id) if sale else ())}
        feeding = {number for move in found.values() for number in move.many("move_orig_ids")}
        bought = {line.id for number in seeds.purchases for line in around.purchase_lines.get(number, ())}
        bought |= {line.id for line in serving}
        for move in around.moves.values():
            if move.id in feeding or move.one("purchase_line_id") in bought or move.one("picking_id") in seeds.pickings:
                found[move.id] = move
        return list(found.values())

    def _pickings(self, seeds: Seeds, sale: Row | None, moves: Iterable[Row]) -> list[Row]:
        on = {move.one("picking_id") for move in moves} | set(seeds.pickings)
        found = [
            row
            for row in self.around.pickings.values()
            if row.id in on or (sale is not None and row.one("sale_id") == sale.id)
        ]
        return stock.shipments_first_out(found, self.around.directions)

    def _purchases(self, seeds: Seeds, serving: Sequence[Row]) -> Iterable[Purchase]:
        around = self.around
        served = {line.one("order_id") for line in serving}
        for row in around.purchases.values():
            if row.id in seeds.purchases or row.id in served:
                supplier = around.partners.partner(row.one("partner_id"), Role.SUPPLIER)
                if supplier is None:
                    supplier = Partner(name=row.label("partner_id") or "unknown supplier", role=Role.SUPPLIER)
                waits = self._waits(row) if row.id in seeds.purchases else ()
                yield purchases.to_purchase(row, supplier, self._purchase_lines(row), around.company, waits)

    def _waits(self, purchase: Row) -> Iterable[Waiting]:
        around = self.around
        lines = around.purchase_lines.get(purchase.id, ())
        return waiting.waiting_for(
            lines, around.moves.values(), around.chain, around.products, around.directions, around.company
        )

    def _hindrances(self, sale: Row) -> Iterable[Hindrance]:
        around = self.around
        lines = around.sale_lines.get(sale.id, ())
        moves = around.moves_of(sale.id)
        return hindrances.hindrances_of(sale, lines, moves, around.hindrances, around.products, around.company)

    def _network(self, seeds: Seeds) -> Network | None:
        """Who waits for the goods of the purchase order or quality alert that the case is about; several purchase
        orders make none."""
        around = self.around
        own = [around.purchases[number] for number in seeds.purchases if number in around.purchases]
        if len(own) == 1:
            return self._builder.network(own[0], around.purchase_lines.get(own[0].id, ()))
        return self._builder.network(None, ()) if seeds.blocked and not own else None

    @property
    def _builder(self) -> network.Builder:
        around = self.around
        today = around.now.astimezone(around.company.zone).date()
        return network.Builder(around.chain, around.products, around.directions, around.company, today)

    def _blocked(self, seeds: Seeds) -> Iterable[Hindrance]:
        """What the quality alerts that the case is about block: their lot, or all that is on hand."""
        return (
            hindrances.alert(row, self.around.products, self.around.company).with_(
                quantity=self._builder.lot_on_hand(row)
            )
            for row in seeds.blocked
        )

    def _asked(self, seeds: Seeds) -> Iterable[Hindrance]:
        """The failed check or the repair that the case is about."""
        around = self.around
        for row in seeds.asked:
            if row.model == "quality.check" and row.text("quality_state") == "fail":
                yield hindrances.failed(row, around.products, around.company)
            elif row.model == "maintenance.request" and row.one("equipment_id"):
                yield hindrances.repair(row, around.company)

    def _reviews(self, seeds: Seeds) -> list[Row]:
        own = {("sale.order", number) for number in seeds.sales} | {("purchase.order", n) for n in seeds.purchases}
        return [row for row in self.around.reviews if (row.text("model"), row.one("res_id")) in own]

    def _purchase_lines(self, purchase: Row) -> list[Line]:
        around = self.around
        family = {
            head
            for head in (purchase.one("partner_id"), around.partners.commercial(purchase.one("partner_id")))
            if head
        }
        return [
            self._maker.purchase(line, purchases.code_of(line, around.codes, family, around.products))
            for line in around.purchase_lines.get(purchase.id, ())
        ]

    def _invoices(self, seeds: Seeds, sale: Row | None, missing: Missing) -> Iterable[Invoice]:
        around = self.around
        own = [*seeds.invoices, *(sale.many("invoice_ids") if sale else ())]
        for number in seeds.purchases:
            own += around.purchases[number].many("invoice_ids") if number in around.purchases else ()
        customer = around.partners.commercial(self._buyer(seeds, sale))
        bases = self._bases()
        for row in invoices.for_case(own, customer, around.invoices, missing):
            lines = around.invoice_lines.get(row.id, ()) if row.id in own else ()
            found = invoices.to_invoice(row, lines, bases, self._maker, around.company)
            if found is not None:
                yield found

    def _bases(self) -> dict[int, Decimal]:
        """What prices of order lines are per; purchase lines under minus their id."""
        custom, found = self.around.custom, {}
        for sign, grouped in ((1, self.around.sale_lines), (-1, self.around.purchase_lines)):
            for lines in grouped.values():
                for line in lines:
                    found[sign * line.id] = custom.number(line, "line.price_per") or Decimal(1)
        return found

    def _promises(self, sale: Row) -> tuple[Any, ...]:
        return promises.promises_of(sale, self.around.changes.get(sale.id, ()), self.around.company)

    def _related(self, seeds: Seeds, sale: Row | None) -> Iterable[Order]:
        around, partners = self.around, self.around.partners
        several: Sequence[Row] = [] if sale else [around.sales[n] for n in seeds.sales if n in around.sales]
        head = partners.commercial(self._buyer(seeds, sale))
        head_of = {number: found for number in partners.rows if (found := partners.commercial(number))}
        others = orders.related_of(sale or Row("sale.order", {"id": 0}), around.related, head, head_of)
        rows = {row.id: row for row in [*several, *others]}
        return (orders.to_order(row, around.custom, around.company) for row in rows.values())

    def _buyer(self, seeds: Seeds, sale: Row | None) -> int | None:
        if sale is not None:
            return sale.one("partner_id")
        return seeds.partner if seeds.by_customer and not seeds.purchases else None
