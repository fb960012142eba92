"""British and Irish paper: wordmarks, grids over three pages, printed letters, line printers."""

from __future__ import annotations

from decimal import Decimal

from tests.documents_set.firms import BRANDT, HARROGATE
from tests.documents_set.issuer import Issuer
from tests.documents_set.model import Charge, Doc, Firm, Item
from tests.documents_set.paper import Column, Paper, cells, drawn, heads
from tests.documents_set.printed import Proof, Row, Style

CALDER = Firm(
    "Calder & Stroud Fixings Ltd", "Mearclough Works, Canal Road", "HX6 2QE Sowerby Bridge", "England",
    vat="GB773158652", iban="GB24 HDNC 6794 7322 0620 61", bank="Ridings Commercial Bank", bic="HDNCGB00",
    phone="01422 555 0148", mail="ledger@calder-stroud.example", register="Reg. in England 00417736",
)  # fmt: skip


def _calder(p: Proof) -> bytes:
    """A wordmark; the firm's name only in small print at the foot. Values stand under their labels."""
    credit = p.doc.type == "credit_note"
    columns = (
        Column("Code", 14, lambda r: r.sku),
        Column("Description", 42, lambda r: r.name, width=62),
        Column("Qty", 122, lambda r: r.quantity, right=True),
        Column("Price", 142, lambda r: r.price, right=True),
        Column("Per", 152, lambda r: r.per, right=True),
        Column("VAT", 166, lambda _: p.rate(p.doc.rate) + "%", right=True),
        Column("Goods", 196, lambda r: r.amount, right=True),
    )

    def page(s: Paper) -> None:
        _calder_head(s, p, "CREDIT NOTE" if credit else "INVOICE")
        s.font("Helvetica-Bold", 8.5)
        heads(s, columns, 104)
        s.pen("#888888", 0.8)
        s.rule(106, 14, 196, 0.8)
        y = 112.0
        s.font("Helvetica", 9)
        for row in p.rows:
            y = cells(s, columns, row, y) + 1.6
        _calder_sums(s, p, y + 8)
        s.font("Helvetica", 6.5)
        s.middle(105, 284, f"{p.seller}  {'  '.join(p.doc.seller.address[1:])}  {p.doc.seller.register}")
        s.middle(105, 287.5, f"VAT Reg No {p.vat_in(2, 3, 4, 2)}   {p.doc.seller.bank}   IBAN {p.iban}")

    return drawn(p.doc.number, "Ledgerline 12", page)


def _calder_head(s: Paper, p: Proof, title: str) -> None:
    s.ink("#8a1c1c")
    s.font("Times-BoldItalic", 27)
    s.right(196, 24, "Calder & Stroud")
    s.ink()
    s.font("Helvetica-Bold", 15)
    s.left(14, 24, p.title(title))
    s.font("Helvetica", 9)
    s.column(14, 48, [*p.buyer_address, "The Netherlands"], 4.4)
    cells_ = [
        ("Document no.", p.number),
        ("Date / tax point", p.issued),
        ("Your order", p.po),
        ("Account", p.extra("account")),
        ("Your VAT no.", p.buyer_vat),
    ]
    for n, (label, value) in enumerate(cells_):
        s.font("Helvetica", 7)
        s.left(14 + 37 * n, 82, label)
        s.font("Helvetica-Bold", 9)
        s.left(14 + 37 * n, 87, value)
    s.rule(90, 14, 196, 0.3)


def _calder_sums(s: Paper, p: Proof, y: float) -> None:
    s.rule(y - 5, 120, 196, 0.3)
    s.font("Helvetica", 9)
    rows = [("Goods total", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges)]
    y = s.sums(122, 196, y, rows)
    y = s.sums(122, 196, y, [("Net", p.net), (f"VAT @ {p.rate(p.doc.rate)}%", p.tax)])
    s.font("Helvetica-Bold", 10)
    label = "Total credit" if p.doc.type == "credit_note" else "Invoice total"
    y = s.sums(122, 196, y + 1, [(f"{label} {p.money}", p.gross)], 7)
    s.font("Helvetica", 9)
    if p.extra("balance"):
        before = p.amount(p.extra("balance"))
        s.sums(14, 88, y - 22, [("Balance brought forward", before), ("This invoice", p.amount(p.doc.gross))])
        s.font("Helvetica-Bold", 9)
        s.sums(14, 88, y - 11, [("Account balance now due", p.amount(Decimal(p.extra("balance")) + p.doc.gross))])
    s.font("Helvetica", 8.5)
    s.left(14, y + 10, p.extra("terms") + (f"  Payment due {p.due}" if p.doc.due else ""))


CALDERS = Issuer(
    "calder", "test", Style("en", dates="dd MMM yyyy", minus="(1)"), _calder,
    (
        Doc("calder-1", "invoice", "SI-204417", "2026-02-11", (
            Item("Hex bolt M12x80 grade 8.8 BZP", "2400", "", "38.60", sku="HB1280Z", per=100),
            Item("Hex full nut M12 grade 8 BZP", "2400", "", "7.95", sku="FN12Z", per=100),
            Item("Flat washer form A M12 BZP supplied in sealed cartons of one thousand pieces", "5000", "", "2.84",
                 sku="WA12Z", per=100),
            Item("Chipboard screw 5.0x60 Pozi yellow", "12000", "", "19.75", sku="CS5060Y", per=1000),
            Item("Threading oil, 5 litre can", "4", "", "31.20", sku="TO-5L"),
        ), CALDER, BRANDT, due="2026-03-13", po="P00208", rate="20",
            charges=(Charge("Carriage", "48.50"),),
            hard=("seller_logo_footer", "previous_balance", "several_totals", "buyer_vat", "multiline_rows"),
            extra={"account": "BRAN03", "balance": "1182.40",
                   "terms": "30 days from date of invoice."}),
        Doc("calder-2", "credit_note", "SC-018833", "2026-02-24", (
            Item("Hex bolt M12x80 grade 8.8 BZP, returned unused", "-600", "", "38.60", sku="HB1280Z", per=100),
            Item("Handling of return agreed with your stores", "-1", "", "15.00", sku="ADJ"),
        ), CALDER, BRANDT, po="P00208", rate="20",
            hard=("seller_logo_footer", "buyer_vat", "multiline_rows"),
            extra={"account": "BRAN03", "terms": "Against our invoice SI-204417 of 11 Feb 2026."}),
    ),
)  # fmt: skip


BRIGHTWELL = Firm(
    "Brightwell Abrasives plc", "Ashmore Lane Industrial Estate", "WV10 9QB Wolverhampton", "United Kingdom",
    vat="GB384991006", iban="GB89 FNCR 1834 1138 7934 40", bank="First Counties", bic="FNCRGB00",
    phone="+44 1902 555 210", mail="sales.ledger@brightwell-abrasives.example",
)  # fmt: skip
_BW_WIDTHS = (9.0, 24.0, 27.0, 66.0, 16.0, 17.0, 12.0, 19.0)


def _brightwell(p: Proof) -> bytes:
    """Ruled cells, page after page, with sums carried forward; bill to beside ship to."""

    def page(s: Paper) -> None:
        _brightwell_head(s, p, 1)
        y, so_far, number = 104.0, 0, 1
        y = _brightwell_titles(s, y, None)
        for n, row in enumerate(p.rows, 1):
            if y > 258:
                _brightwell_carry(s, p, y, "Carried forward", so_far)
                s.next_page()
                number += 1
                _brightwell_head(s, p, number)
                y = _brightwell_titles(s, 50, (p, so_far))
            y = _brightwell_row(s, p, n, row, y)
            so_far = n
        _brightwell_end(s, p, y)

    return drawn(p.doc.number, "Axiom ERP", page)


def _brightwell_head(s: Paper, p: Proof, number: int) -> None:
    s.font("Vera-Bold", 14)
    s.left(10, 16, p.seller)
    s.font("Vera", 7)
    s.left(10, 21, ", ".join(p.doc.seller.address[1:]) + f"  |  VAT {p.vat}  |  {p.doc.seller.phone}")
    s.font("Vera-Bold", 12)
    s.right(200, 16, p.title("DESPATCH NOTE" if p.doc.type == "delivery_note" else "SALES INVOICE"))
    s.font("Vera", 8)
    s.right(200, 21, f"Page {number}")
    if number > 1:
        s.left(10, 32, f"{p.number} continued")
        return
    for x, label, lines in (
        (10, "BILL TO", [*p.buyer_address, f"VAT {p.buyer_vat}"]),
        (75, "SHIP TO", list(p.doc.ship_to)),
    ):
        s.font("Vera-Bold", 7)
        s.left(x, 34, label)
        s.font("Vera", 8.5)
        s.column(x, 39, lines, 4.4)
    s.font("Vera", 8.5)
    priced = p.doc.priced
    rows = [("Number", p.number), ("Date", p.issued), ("Due", p.due), ("Your PO", p.po)]
    rows += [("Despatched", p.delivery), ("Currency", p.money if priced else ""), ("Carrier", p.extra("carrier"))]
    s.pairs(140, 34, rows, gap=26)


def _brightwell_titles(s: Paper, y: float, carried: tuple[Proof, int] | None) -> float:
    if carried:
        _brightwell_carry(s, carried[0], y - 13, "Brought forward", carried[1])
        y += 2
    s.font("Vera-Bold", 7)
    s.pen("#000000", 0.4)
    s.grid(10, y - 6, _BW_WIDTHS, (7,))
    x = 10.0
    for width, title in zip(_BW_WIDTHS, ("#", "Our code", "Your code", "Item", "Qty", "Unit price", "Disc%", "Net"),
                            strict=True):  # fmt: skip
        s.left(x + 1, y - 1.5, title)
        x += width
    return y + 1


def _brightwell_carry(s: Paper, p: Proof, y: float, text: str, rows: int) -> None:
    if p.doc.priced:
        s.font("Vera-Italic", 8)
        s.right(199, y + 5, f"{text}  {p.amount(sum(i.amount or 0 for i in p.doc.items[:rows]))}")


def _brightwell_row(s: Paper, p: Proof, n: int, row: Row, y: float) -> float:
    s.font("Vera", 7.5)
    name = s.wrapped(row.name, 64)
    height = 3.6 * (len(name) + len(row.item.more)) + 4.6
    s.grid(10, y, _BW_WIDTHS, (height,))
    s.left(11, y + 4, str(n))
    s.left(20, y + 4, row.sku)
    s.left(44, y + 4, row.ours)
    s.column(71, y + 4, [*name, *row.item.more], 3.6)
    s.right(151, y + 4, row.quantity)
    s.right(168, y + 4, row.price)
    s.right(180, y + 4, row.off)
    s.right(199, y + 4, row.amount)
    return y + height


def _brightwell_end(s: Paper, p: Proof, y: float) -> None:
    s.font("Vera", 8.5)
    if not p.doc.priced:
        pieces = sum(int(item.quantity) for item in p.doc.items)
        s.left(10, y + 8, f"Lines {len(p.rows)}    Total pieces {pieces}    Cartons {p.extra('cartons')}")
        s.left(10, y + 14, f"Gross weight {p.extra('weight')} kg")
        s.left(10, y + 40, "Received in good order (name, date): ..............................")
        return
    rows = [("Goods", p.goods), *((c.label, p.amount(c.amount)) for c in p.doc.charges), ("Net", p.net)]
    y = s.sums(148, 199, y + 8, [*rows, (f"VAT {p.rate(p.doc.rate)}%", p.tax), ("TOTAL", p.gross)])
    s.font("Vera", 7.5)
    s.column(10, y, [f"Remit to {p.doc.seller.bank}, IBAN {p.iban}, BIC {p.doc.seller.bic}", p.extra("terms")], 4)


def _belts() -> tuple[Item, ...]:
    """Forty-eight belts and discs of different grit, each with its own number and price."""
    sizes = (("50x2000", "3.12"), ("75x2000", "4.38"), ("100x915", "3.65"), ("150x2500", "8.94"))
    grits = ("40", "60", "80", "100", "120", "180")
    belts = [
        Item(f"Abrasive belt {size} mm zirconia grit {grit}", str(20 + 5 * n + 10 * m), "", price,
             sku=f"ZB{size.split('x')[0]}-{grit}", ours=f"AB-{size.split('x')[0]}-{grit}",
             off="12.5" if n % 2 else "0")
        for m, (size, price) in enumerate(sizes)
        for n, grit in enumerate(grits)
    ]  # fmt: skip
    discs = [
        Item(f"Flap disc {size} mm type 29 ceramic grit {grit} on a glass fibre backing plate",
             str(40 + 20 * n), "", price, sku=f"FD{size}-{grit}C", ours=f"FD-{size}-{grit}",
             more=("for stainless steel and hard alloys, low heat",) if size == "125" else ())
        for size, price in (("115", "2.46"), ("125", "2.71"), ("180", "6.05"))
        for n, grit in enumerate(("36", "40", "60", "80", "120"))
    ]  # fmt: skip
    return (*belts, *discs)


BRIGHTWELLS = Issuer(
    "brightwell", "dev", Style("en", dates="dd/MM/yyyy"), _brightwell,
    (
        Doc("brightwell-1", "invoice", "BAI0099318", "2026-01-29", _belts(), BRIGHTWELL, BRANDT, due="2026-03-30",
            delivery="2026-01-27", po="P00231", ship_to=("Bouwbedrijf Van Houten & Zn.", "Kattensingel 61",
            "2801 CA Gouda", "Netherlands"), charges=(Charge("Pallet delivery", "85.00"),),
            hard=("three_pages", "bill_to_ship_to", "multiline_rows", "buyer_vat"),
            extra={"carrier": "Own haulier", "terms": "Zero-rated export of goods. 60 days net."}),
        Doc("brightwell-2", "delivery_note", "BAD0104022", "2026-03-17", (
            Item("Flap disc 125 mm type 29 ceramic grit 60 on a glass fibre backing plate", "400", "",
                 sku="FD125-60C", ours="FD-125-60", more=("for stainless steel and hard alloys, low heat",)),
            Item("Abrasive belt 75x2000 mm zirconia grit 80", "150", "", sku="ZB75-80", ours="AB-75-80"),
            Item("Hand pad holder 70x125 mm with hook face", "24", "", sku="HP70125"),
        ), BRIGHTWELL, BRANDT, delivery="2026-03-17", po="P00266",
            ship_to=("Brandt & Mercer Supply B.V.", "Goods-in, gate 3", "Waalhaven Z.z. 412", "3088 HH Rotterdam"),
            hard=("delivery_totals", "bill_to_ship_to", "buyer_vat", "multiline_rows"),
            extra={"carrier": "Parcelo Express", "cartons": "9", "weight": "61.4"}),
    ),
)  # fmt: skip


KILBRIDE = Firm(
    "Kilbride Marine Chandlers DAC", "Dock Road", "V35 X2N1 Limerick", "Ireland", vat="IE3892014Q",
    iban="IE87 HTBR 7162 1015 8658 76", phone="061 555 073",
)  # fmt: skip


def _kilbride(p: Proof) -> bytes:
    """A line printer with one width for everything and letters that only know capitals."""
    invoice = p.doc.type == "invoice"
    out = [
        f"{p.seller.upper():<52}{p.title('INVOICE' if invoice else 'ORDER ACKNOWLEDGEMENT')}",
        f"{p.doc.seller.street.upper():<52}NO.   {p.number}",
        f"{p.doc.seller.place.upper():<52}DATE  {p.issued}",
        f"{'VAT NO. ' + p.vat:<52}PAGE  1 OF 1",
        "",
        f"{'TO: ' + p.buyer.upper():<52}CUST. VAT {p.buyer_vat}",
        *(f"    {line.upper()}" for line in p.doc.buyer.address[1:]),
        "",
        f"YOUR REF {p.po:<18}" + (f"DUE {p.due}" if invoice else f"DESPATCH {p.delivery}"),
        "=" * 84,
        f"{'STOCK NO':<12}{'DESCRIPTION':<36}{'QTY':>7} {'UM':<4}{'EACH':>11}{'VALUE':>13}",
        "=" * 84,
    ]
    for row in p.rows:
        if row.item.before:
            out += ["", f"** {row.item.before.upper()}"]
        out.append(f"{row.sku:<12}{row.name.upper():<36}{row.quantity:>7} {row.unit:<4}{row.price:>11}{row.amount:>13}")
        out += [f"{'':<12}{line.upper()}" for line in row.item.more]
    out += ["-" * 84, f"{'SUB-TOTAL':>70} {p.goods:>12}"]
    out += [f"{charge.label.upper():>70} {p.amount(charge.amount):>12}" for charge in p.doc.charges]
    out += [f"{'NET ' + p.money:>70} {p.net:>12}", f"{'VAT 0.00 PCT':>70} {p.tax:>12}", f"{'TOTAL':>70} {p.gross:>12}"]
    out += ["", *p.extra("note").upper().split("\n"), "", f"IBAN {p.iban}" if invoice else "E. & O. E."]

    def page(s: Paper) -> None:
        s.font("Courier", 9)
        s.column(14, 20, out, 4.3)

    return drawn(p.doc.number, "lpr", page)


KILBRIDES = Issuer(
    "kilbride", "test", Style("en", dates="dd-MMM-yy"), _kilbride,
    (
        Doc("kilbride-1", "invoice", "0061284", "2026-05-06", (
            Item("Galvanised bow shackle 16 mm", "80", "EA", "6.15", sku="SH-B16G"),
            Item("Polysteel mooring rope 24 mm", "3", "COIL", "212.40", sku="RP-PS24",
                 more=("220 m coils, blue fleck, with certificate 88-1147",)),
            Item("Stainless rigging screw M12", "24", "EA", "18.70", sku="RS-12S",
                 before="To follow from Galway depot"),
            Item("Marine grease, 500 g tin", "36", "TIN", "7.05", sku="GR-500", more=("Batch L6-0417",)),
        ), KILBRIDE, BRANDT, due="2026-06-05", po="P00301",
            hard=("buyer_vat", "multiline_rows"),
            extra={"note": "Intra-community supply, VAT zero-rated.\nSettlement discount not applicable."}),
        Doc("kilbride-2", "order_confirmation", "A-7741", "2026-04-21", (
            Item("Polysteel mooring rope 24 mm", "5", "COIL", "212.40", sku="RP-PS24"),
            Item("Galvanised chain 10 mm grade 40", "2500", "M", "4.985", sku="CH-10G40",
                 more=("cut to 50 m lengths in steel drums",)),
            Item("Hull anode zinc 2.500 kg", "60", "EA", "14.25", sku="AN-Z25", before="Prices below held until June"),
        ), KILBRIDE, HARROGATE, delivery="2026-05-04", po="HPS/26/1180",
            charges=(Charge("Drum deposit, returnable", "150.00"),),
            hard=("buyer_vat", "multiline_rows", "deposit", "several_totals"),
            extra={"note": "Export to Great Britain, zero-rated."}),
    ),
)  # fmt: skip

ISSUERS = (CALDERS, BRIGHTWELLS, KILBRIDES)
