"""Spanish paper: an invoice from an old line printer, all in one width."""

from __future__ import annotations

from tests.sample_day.papers.sheet import Sheet, draw

_TEXT = """\
TORNILLERIA EBRO, S.A.                                        FACTURA
C/ DE LA FORJA 22 - POL. LAS NAVES
31500 TUDELA (NAVARRA)                          NUMERO : A/2026/2291
CIF A50182641   TEL 948 555 307                 FECHA  : 16-11-26
                                                PAGINA : 1
---------------------------------------------------------------------
CLIENTE 004410                        NIF-IVA  NL861740293B81
BRANDT & MERCER SUPPLY B.V.
WAALHAVEN Z.Z. 412
3088 HH ROTTERDAM
PAISES BAJOS
---------------------------------------------------------------------
S/PEDIDO: P00183 DEL 21-10-26         ALBARAN: 88214 DEL 06-11-26
---------------------------------------------------------------------
ARTICULO     DESCRIPCION             CANTIDAD   PRECIO  UD    IMPORTE
---------------------------------------------------------------------
RC-4812      REMACHE CIEGO 4,8X12      12.000     1,85 100     222,00
             S/REF FS-RIV-48X12
VR-M10-1     VARILLA ROSCADA M10X1M       300     1,58   1     474,00
             S/REF FS-THR-M10
AN-M12100    ANCLAJE M12X100              800     0,96   1     768,00
             S/REF FS-ANC-M12
PORTES       PORTES PAGADOS                 1    45,00   1      45,00
---------------------------------------------------------------------

                      BASE IMPONIBLE                       1.509,00
                      IVA   0 %                                0,00
                      TOTAL FACTURA EUR                    1.509,00

ENTREGA INTRACOMUNITARIA EXENTA ART. 25 LEY 37/1992

VENCIMIENTO : 31-12-26   1.509,00
FORMA PAGO  : TRANSFERENCIA
IBAN        : ES41 2991 0473 7104 0182 7365"""


def ebro() -> bytes:
    """Invoice for P00183: more rivets, dearer rods and freight that nobody ordered; its own sums are right."""
    return draw("A/2026/2291", "LISTADOS", _page)


def _page(sheet: Sheet) -> None:
    sheet.font("Courier", 9.5)
    sheet.column(18, 22, _TEXT.splitlines(), 4.6)
    sheet.font("Courier-Bold", 9.5)
    sheet.left(18, 275, "INSCRITA EN EL REG. MERCANTIL DE NAVARRA T.990 F.41 H.NA-0417")
