"""Who stands on the documents: their issuers and those they write to. All invented; check digits are right."""

from __future__ import annotations

from tests.documents_set.model import Firm

BRANDT = Firm(
    "Brandt & Mercer Supply B.V.", "Waalhaven Z.z. 412", "3088 HH Rotterdam", "Netherlands", vat="NL861740293B81",
    iban="NL35 KRGN 0258 7965 03", phone="+31 10 555 0412", mail="accounts@brandt-mercer.example",
)  # fmt: skip
HARROGATE = Firm(
    "Harrogate Plant Services Ltd", "Claro Road 17", "HG1 4AT Harrogate", "United Kingdom", vat="GB245316083"
)
SONNTAG = Firm(
    "Sonntag Anlagenbau GmbH & Co. KG", "Im Ruhrgarten 8", "45468 Mülheim an der Ruhr", "Deutschland", vat="DE415890494"
)
KERLAN = Firm("Chantiers Kerlan SA", "14 quai du Moros", "29900 Concarneau", "France", vat="FR40909762783")
VERMEIREN = Firm("Vermeiren Techniek NV", "Noorderlaan 212", "2030 Antwerpen", "België", vat="BE0499298392")
OLIVARES = Firm(
    "Suministros Olivares, S.L.", "Avda. de la Constitución 88", "41010 Sevilla", "España", vat="ESB79610788"
)
RIVALTA = Firm(
    "Officine Rivalta S.r.l.", "Via dell'Artigianato 31", "42124 Reggio Emilia", "Italia", vat="IT09650460836"
)
TARNOWSKI = Firm("Tarnowski Montaż Sp. z o.o.", "ul. Hutnicza 40", "41-506 Chorzów", "Polska", vat="PL9683160959")
ALPWERK = Firm("Alpwerk Montage AG", "Rautistrasse 60", "8048 Zürich", "Schweiz", vat="CHE348852500MWST")
