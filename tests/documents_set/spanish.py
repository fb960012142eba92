"""Spanish paper: line-ruled invoices, valued notes, a rectification, a confirmation with unreadable letters."""

from __future__ import annotations

from tests.documents_set.firms import BRANDT, OLIVARES
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import Column, Paper, cells, drawn, heads
from tests.documents_set.printed import Proof, Row, Style

DUERO = Firm(
    "Aceros y Útiles del Duero, S.A.", "Ctra. de Soria km 4", "47012 Valladolid", "España", vat="ESA29966710",
    iban="ES83 3870 6484 1717 7329 5737", bank="Caja Pisuerga",
)  # fmt: skip


def _duero(p: Proof) -> bytes:
    """Rounded boxes; the customer's VAT number in the same strip as the document's; sums in a row of cells."""
    columns = (
        Column("CÓDIGO", 14, lambda r: r.sku),
        Column("CONCEPTO", 42, lambda r: r.name, width=72),
        Column("CANT.", 130, lambda r: r.quantity, right=True),
        Column("PRECIO", 150, lambda r: r.price, right=True),
        Column("% DTO.", 168, lambda r: r.off, right=True),
        Column("IMPORTE", 196, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        _duero_top(s, p)
        s.font("Helvetica-Bold", 8)
        heads(s, columns, 94)
        s.rule(96, 12, 198)
        s.font("Helvetica", 8.5)
        y = 102.0
        for row in p.rows:
            if row.item.before:
                s.left(42, y, row.item.before)
                y += 5.5
            y = cells(s, columns, row, y) + 1.8
        _duero_sums(s, p)

    return drawn(p.doc.number, "ContaPlus-libre", page)


def _duero_top(s: Paper, p: Proof) -> None:
    s.font("Helvetica-Bold", 12)
    s.left(12, 18, p.seller)
    s.font("Helvetica", 8)
    s.left(12, 22.5, f"{p.doc.seller.street} - {p.doc.seller.place} - NIF {p.vat}")
    corrected = p.doc.type == "corrected_invoice"
    s.font("Helvetica-Bold", 13)
    s.right(198, 18, p.title("FACTURA RECTIFICATIVA" if corrected else "FACTURA"))
    s.canvas.roundRect(110 * 2.8346, 842 - 62 * 2.8346, 88 * 2.8346, 30 * 2.8346, 6)
    s.font("Helvetica", 9.5)
    s.column(114, 39, p.buyer_address, 5)
    strip = [("Nº factura", p.number), ("Fecha", p.issued), ("NIF cliente", p.buyer_vat), ("Su pedido", p.po)]
    strip += [("Vencimiento", p.due)] if p.doc.due else [("Rectifica a", p.extra("original"))]
    for n, (label, value) in enumerate(strip):
        s.font("Helvetica-Oblique", 7)
        s.left(12 + 38 * n, 72, label)
        s.font("Helvetica", 9)
        s.left(12 + 38 * n, 77, value)
    s.rule(80, 12, 198)
    s.font("Helvetica", 8)
    s.left(12, 86, p.extra("reason"))


def _duero_sums(s: Paper, p: Proof) -> None:
    charges = [(c.label, p.amount(c.amount)) for c in p.doc.charges]
    boxes = [("Suma", p.goods), *charges, ("Base imponible", p.net), (f"I.V.A. {p.rate(p.doc.rate)} %", p.tax)]
    boxes += [(f"TOTAL {p.money}", p.gross)]
    width = 186 / len(boxes)
    s.grid(12, 230, (width,) * len(boxes), (6, 8))
    for n, (label, value) in enumerate(boxes):
        s.font("Helvetica", 7.5)
        s.middle(12 + width * (n + 0.5), 234, label)
        s.font("Helvetica-Bold", 9.5)
        s.middle(12 + width * (n + 0.5), 241.5, value)
    s.font("Helvetica", 8)
    s.left(12, 254, f"Forma de pago: transferencia a {p.doc.seller.bank}, {p.iban}")


DUEROS = Issuer(
    "duero", "dev", Style("es", numbers="1.234,56", dates="dd/MM/yyyy", money="EUR"), _duero,
    (
        Doc("duero-1", "invoice", "A26-1184", "2026-03-16", (
            Item("Broca HSS cobalto 8,5 mm DIN 338", "150", "", "4.12", sku="BC085", off="20"),
            Item("Macho de roscar M10 máquina, ranura helicoidal, para agujero ciego en acero inoxidable", "30", "",
                 "19.85", sku="MR10H", off="20"),
            Item("Fresa metal duro 10 mm 4 labios", "12", "", "46.00", sku="FM10-4",
                 before="Servido desde almacén de Burgos:"),
        ), DUERO, OLIVARES, due="2026-04-30", po="SO-2026-0318", rate="21", charges=(Charge("Portes", "16.50"),),
            hard=("buyer_vat", "multiline_rows")),
        Doc("duero-2", "corrected_invoice", "R26-0041", "2026-03-27", (
            Item("Broca HSS cobalto 8,5 mm DIN 338", "-30", "", "4.12", sku="BC085", off="20"),
            Item("Fresa metal duro 10 mm 4 labios", "-2", "", "46.00", sku="FM10-4"),
        ), DUERO, OLIVARES, po="SO-2026-0318", rate="21", hard=("buyer_vat",),
            extra={"original": "A26-1184", "reason": "Motivo: devolución parcial de mercancía."}),
    ),
)  # fmt: skip


LEVANTE = Firm(
    "Cables y Cadenas Levante", "Muelle de Poniente s/n", "03001 Alicante", "España", vat="ESB22458897",
    iban="ES29 3999 4768 4013 4654 3023",
)  # fmt: skip


def _levante(p: Proof) -> bytes:
    """A logo, no sender elsewhere but the foot; unruled columns with unit prices after the totals."""
    note = p.doc.type == "delivery_note"
    columns = [
        Column("Descripción", 20, lambda r: r.name, width=80),
        Column("Ref.", 104, lambda r: r.sku),
        Column("S/Ref.", 126, lambda r: r.ours),
        Column("Cantidad", 166, lambda r: f"{r.quantity} {r.unit}", right=True),
    ]
    if not note:
        columns[3] = Column("Importe", 162, lambda r: r.amount, right=True)
        columns += [Column("Uds.", 176, lambda r: r.quantity, right=True),
                    Column("Precio", 192, lambda r: r.price, right=True)]  # fmt: skip

    def page(s: Paper) -> None:
        s.ink("#d62828")
        s.font("Helvetica-BoldOblique", 22)
        s.middle(105, 24, p.seller)
        s.ink()
        s.font("Helvetica-Bold", 11)
        s.middle(105, 36, f"{p.title('ALBARÁN DE ENTREGA' if note else 'FACTURA')}  {p.number}")
        s.font("Helvetica", 9)
        ends = f"Entregado el {p.delivery}" if note else f"Vence el {p.due}"
        s.middle(105, 42, f"Fecha {p.issued}     {ends}     Pedido {p.po}")
        s.left(20, 56, "Cliente")
        s.column(40, 56, [*p.buyer_address, f"NIF {p.buyer_vat}"], 4.8)
        s.font("Helvetica-Bold", 8.5)
        heads(s, columns, 92)
        y = 99.0
        s.font("Helvetica", 9)
        for row in p.rows:
            y = cells(s, columns, row, y) + 2.4
        _levante_end(s, p, note, y)

    return drawn(p.doc.number, "Almacén", page)


def _levante_end(s: Paper, p: Proof, note: bool, y: float) -> None:
    if note:
        s.font("Helvetica-Bold", 9)
        s.left(20, y + 6, f"Total bultos: {p.extra('parcels')}   Total peso: {p.extra('weight')} kg")
        s.left(20, y + 12, f"Total unidades: {p.extra('units')}")
    else:
        rows = [("Base imponible", p.net), (f"IVA {p.rate(p.doc.rate)} %", p.tax), (f"Total {p.money}", p.gross)]
        s.sums(120, 162, y + 6, rows)
        s.left(20, y + 30, f"Domiciliación: {p.iban}")
    s.font("Helvetica", 7)
    s.middle(105, 284, f"Muelle de Poniente s/n - 03001 Alicante - CIF {p.vat_as('ES B22458897')}")


LEVANTES = Issuer(
    "levante", "test", Style("es", numbers="1.234,56", dates="dd/MM/yyyy", money="euros"), _levante,
    (
        Doc("levante-1", "delivery_note", "AL-7714", "2026-04-03", (
            Item("Cadena galvanizada 8 mm grado 30", "250", "m", sku="CG8", ours="EL-118"),
            Item("Grillete recto acero inoxidable AISI 316 de 10 mm con pasador roscado", "120", "ud", sku="GR10",
                 ours="EL-402"),
            Item("Tensor gancho-ojo M12", "60", "ud", sku="TGO12"),
        ), LEVANTE, OLIVARES, delivery="2026-04-13", po="SO-2026-0355",
            hard=("delivery_totals", "seller_logo_footer", "ambiguous_date", "buyer_vat", "multiline_rows",
                  "unit_in_quantity"),
            extra={"parcels": "4", "weight": "386,5", "units": "430"}),
        Doc("levante-2", "invoice", "F-2208", "2026-04-17", (
            Item("Cadena galvanizada 8 mm grado 30", "250", "m", "5.35", sku="CG8", ours="EL-118"),
            Item("Grillete recto acero inoxidable AISI 316 de 10 mm con pasador roscado", "120", "ud", "4.18",
                 sku="GR10", ours="EL-402"),
            Item("Tensor gancho-ojo M12", "60", "ud", "7.90", sku="TGO12"),
        ), LEVANTE, OLIVARES, due="2026-05-17", po="SO-2026-0355", rate="21",
            hard=("seller_logo_footer", "buyer_vat", "multiline_rows")),
    ),
)  # fmt: skip


ARAGONESA = Firm(
    "Herramientas Aragonesa, S.L.", "Polígono Cogullada, nave 18", "50014 Zaragoza", "España", vat="ESA69699973",
    phone="976 555 118",
)  # fmt: skip


def _aragonesa(p: Proof) -> bytes:
    """Two columns of facts left of the customer, a frame of double lines, letters that a program encoded wrongly."""
    widths = (28.0, 74.0, 22.0, 26.0, 30.0)

    def page(s: Paper) -> None:
        s.font("Vera-Bold", 13)
        s.left(15, 20, p.seller)
        s.font("Vera", 8)
        s.left(15, 25, f"{', '.join(p.doc.seller.address[1:])}  Tel. {p.doc.seller.phone}  NIF {p.vat}")
        s.font("Vera-Bold", 11)
        s.left(15, 40, p.title("CONFIRMACIÓN DE PEDIDO"))
        s.font("Vera", 8.5)
        facts = (("Número", p.number), ("Fecha", p.issued), ("Pedido cliente", p.po), ("Entrega", p.delivery))
        for n, (label, value) in enumerate(facts):
            s.left(15 + 50 * (n % 2), 48 + 6 * (n // 2), f"{label}:")
            s.left(41 + 50 * (n % 2), 48 + 6 * (n // 2), value)
        s.column(125, 42, [*p.buyer_address, p.doc.buyer.country], 4.6)
        y = _aragonesa_cells(s, widths, ("Referencia", "Artículo", "Unid.", "Precio", "Importe"), 72)
        for row in p.rows:
            y = _aragonesa_cells(s, widths, (row.sku, row.name, row.quantity, row.price, row.amount), y)
        rows = [("Importe neto", p.net), (f"IVA {p.rate(p.doc.rate)} %", p.tax), (f"Total pedido {p.money}", p.gross)]
        s.sums(125, 193, y + 8, rows)

    return drawn(p.doc.number, "Pedidos", page)


def _aragonesa_cells(s: Paper, widths: tuple[float, ...], texts: tuple[str, ...], y: float) -> float:
    s.grid(15, y, widths, (8,))
    s.grid(15.6, y + 0.6, (sum(widths) - 1.2,), (6.8,))
    x = 15.0
    for n, (width, text) in enumerate(zip(widths, texts, strict=True)):
        (s.right if n >= 2 else s.left)(x + (width - 2 if n >= 2 else 2), y + 5.2, text)
        x += width
    return y + 8


ARAGONESAS = Issuer(
    "aragonesa", "dev", Style("es", numbers="1.234,56", dates="dd-MM-yyyy", money="EUR"), _aragonesa,
    (
        Doc("aragonesa-1", "order_confirmation", "CP-40718", "2026-02-25", (
            Item("Llave dinamométrica 20-200 Nm", "10", "", "118.40", sku="LD-200"),
            Item("Juego de vasos 1/2 pulgada", "25", "", "64.90", sku="JV-12"),
            Item("Carraca reversible 72 dientes", "40", "", "22.15", sku="CR-72"),
        ), ARAGONESA, BRANDT, delivery="2026-03-12", po="P00240", rate="0", spoil="broken_private"),
    ),
)  # fmt: skip


def _olivares(p: Proof) -> bytes:
    """A customer's order typed into a mail form: labels with dots, items numbered, no table at all."""

    def line(row: Row) -> list[str]:
        out = [f"{row.position}) {row.name}", f"   su ref. {row.sku} / n/ref. {row.ours}"]
        out.append(f"   {row.quantity} {row.unit} a {row.price} = {row.amount}   entrega {row.due}")
        return [*([f"   {row.item.before}"] if row.item.before else []), *out, ""]

    def page(s: Paper) -> None:
        s.font("Courier-Bold", 12)
        s.left(20, 22, p.title("PEDIDO DE COMPRA"))
        s.font("Courier", 10)
        out = [f"Pedido ........ {p.number}", f"Fecha ......... {p.issued}", f"Moneda ........ {p.money}", ""]
        out += [f"Comprador ..... {p.buyer}", *(f"                {t}" for t in p.doc.buyer.address[1:])]
        out += [f"                NIF {p.buyer_vat}", ""]
        out += [f"Proveedor ..... {p.seller}", *(f"                {t}" for t in p.doc.seller.address[1:]), ""]
        for row in p.rows:
            out += line(row)
        out += [f"Total pedido sin IVA: {p.net} {p.style.money}", "", "Rogamos confirmen por correo a:",
                "compras@suministros-olivares.example"]  # fmt: skip
        s.column(20, 34, out, 5)

    return drawn(p.doc.number, "Correo", page)


OLIVARESES = Issuer(
    "olivares", "test", Style("es", numbers="1.234,56", dates="dd.MM.yyyy", money="EUR"), _olivares,
    (
        Doc("olivares-1", "order", "SO-2026-0402", "2026-05-11", (
            Item("Guante anticorte talla 9", "360", "pares", "4.05", sku="SG-4502-9", ours="EPI-0091",
                 due="2026-05-25"),
            Item("Varilla roscada M10 x 1 m", "500", "uds", "1.58", sku="FS-THR-M10", ours="TOR-1101",
                 due="2026-06-01", before="(urgente, faltan en obra)"),
        ), BRANDT, OLIVARES, hard=("buyer_vat", "unit_in_quantity", "multiline_rows", "buyer_above_seller")),
    ),
)  # fmt: skip

ISSUERS = (DUEROS, LEVANTES, ARAGONESAS, OLIVARESES)
