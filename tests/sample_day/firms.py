"""Who Brandt & Mercer deals with: customers, suppliers, carriers, colleagues and the EDI gateway. All invented."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from triage.domain import Company, Credit, Partner, RecordRef, Role

CAPTURED_AT = datetime.fromisoformat("2026-11-17T15:30:00+01:00")

COMPANY = Company(name="Brandt & Mercer Supply B.V.", id=1, currency="EUR", timezone="Europe/Amsterdam", language="en")


def _firm(id: int, name: str, role: Role, emails: str, contacts: str = "", **more: object) -> Partner:  # noqa: A002
    return Partner.model_validate(
        {
            "ref": RecordRef(model="res.partner", id=id, name=name),
            "name": name,
            "role": role,
            "emails": emails.split(),
            "contacts": [person.strip() for person in contacts.split(",") if person.strip()],
            **more,
        }
    )


def _credit(limit: str, receivable: str, to_invoice: str = "0.00") -> Credit:
    return Credit(limit=Decimal(limit), receivable=Decimal(receivable), to_invoice=Decimal(to_invoice), currency="EUR")


def _place(street: str, zip: str, city: str, country: str) -> dict[str, str]:  # noqa: A002
    return {"street": street, "zip": zip, "city": city, "country": country}


CUSTOMERS = {
    "northgate": _firm(
        1001,
        "Northgate Fabrication Ltd",
        Role.CUSTOMER,
        "d.whitcombe@northgate-fab.example accounts@northgate-fab.example",
        "Dawn Whitcombe",
        phones=("+44 113 496 0417", "+44 7700 900283"),
        vat="GB729401677",
        customer_class="A",
        requires_reference=True,
        credit=_credit("25000.00", "4218.60", "1634.40"),
        **_place("Unit 7, Armley Viaduct Trading Estate", "LS12 9QX", "Leeds", "GB"),
    ),
    "kessler": _firm(
        1002,
        "Kessler Maschinenbau GmbH",
        Role.CUSTOMER,
        "h.ganser@kessler-maschinenbau.example p.kessler@kessler-maschinenbau.example",
        "Hubert Ganser, Dr. Petra Kessler",
        phones=("+49 731 5550218",),
        vat="DE813740205",
        customer_class="A",
        credit=_credit("40000.00", "11860.00", "7319.50"),
        **_place("Donautalstraße 114", "89079", "Ulm", "DE"),
    ),
    "morvan": _firm(
        1003,
        "Ateliers Morvan SAS",
        Role.CUSTOMER,
        "gaelle.tanguy@ateliers-morvan.example qualite@ateliers-morvan.example",
        "Gaëlle Tanguy, Erwan Le Goff",
        phones=("+33 2 61 91 40 27",),
        vat="FR32527301642",
        customer_class="B",
        credit=_credit("12000.00", "1044.90", "1230.40"),
        **_place("ZI de Kergaradec", "29850", "Gouesnou", "FR"),
    ),
    "ibarra": _firm(
        1004,
        "Talleres Ibarra, S.L.",
        Role.CUSTOMER,
        "almacen@talleres-ibarra.example compras@talleres-ibarra.example",
        "José María Lahoz",
        phones=("+34 976 555 418",),
        vat="ESB50941723",
        customer_class="B",
        credit=_credit("10000.00", "0.00", "693.50"),
        **_place("Pol. Malpica, C/ E nº 31", "50016", "Zaragoza", "ES"),
    ),
    "zuiderzee": _firm(
        1005,
        "Werkplaats Zuiderzee B.V.",
        Role.CUSTOMER,
        "rinus@werkplaats-zuiderzee.example",
        "Rinus Hofstra",
        phones=("+31 320 555 188",),
        vat="NL819274063B49",
        customer_class="C",
        credit=_credit("5000.00", "310.20", "447.00"),
        **_place("Ketelmeerstraat 8", "8226 JX", "Lelystad", "NL"),
    ),
    "rigging": _firm(
        1006,
        "Offshore Rigging Group B.V.",
        Role.CUSTOMER,
        "p.schouten@offshore-rigging.example stores@offshore-rigging.example",
        "Piet Schouten",
        vat="NL854109327B59",
        customer_class="A",
        credit=_credit("60000.00", "18340.00", "3480.00"),
        **_place("Nieuwe Haven 22", "1781 AD", "Den Helder", "NL"),
    ),
    "waterschap": _firm(
        1007,
        "Waterschap Rijnmond",
        Role.CUSTOMER,
        "crediteuren@waterschap-rijnmond-oost.example inkoop@waterschap-rijnmond-oost.example",
        requires_reference=True,
        vat="NL801326459B11",
        customer_class="B",
        **_place("Maasboulevard 200", "3063 NS", "Rotterdam", "NL"),
    ),
    "harbour": _firm(
        1008,
        "Harbour Marine Services Ltd",
        Role.CUSTOMER,
        "ap@harbourmarine.example buying@harbourmarine.example",
        "Niamh Costigan",
        vat="IE9417352K",
        customer_class="B",
        credit=_credit("15000.00", "17420.50", "2960.00"),
        **_place("Ringaskiddy Industrial Park", "P43 X990", "Ringaskiddy", "IE"),
    ),
    "lindner": _firm(
        1009,
        "Schreinerei Lindner",
        Role.CUSTOMER,
        "info@lindner-holz.example",
        "Max Lindner",
        vat="DE187402601",
        customer_class="C",
        credit=_credit("3000.00", "0.00"),
        **_place("Sägmühlweg 3", "87534", "Oberstaufen", "DE"),
    ),
    "tornillo": _firm(
        1010,
        "Ferretería El Tornillo",
        Role.CUSTOMER,
        "pilar@eltornillo.example",
        "Pilar Soto",
        vat="ESB96317086",
        customer_class="C",
        credit=_credit("1500.00", "0.00", "288.60"),
        **_place("C/ del Mar 58", "46003", "Valencia", "ES"),
    ),
    "brico": _firm(
        1011,
        "Brico Loire SARL",
        Role.CUSTOMER,
        "y.lebihan@brico-loire.example compta@brico-loire.example",
        "Yannick Le Bihan",
        phones=("+33 6 39 98 17 52",),
        vat="FR78439182072",
        customer_class="B",
        credit=_credit("15000.00", "2110.00", "2402.40"),
        **_place("8 quai des Antilles", "44200", "Nantes", "FR"),
    ),
    "vanhouten": _firm(
        1012,
        "Bouwbedrijf Van Houten & Zn.",
        Role.CUSTOMER,
        "kantoor@vanhouten-bouw.example",
        "Ria van Houten",
        phones=("+31 182 555 140",),
        vat="NL815930274B94",
        customer_class="B",
        credit=_credit("7500.00", "2890.75", "1770.00"),
        **_place("Kattensingel 61", "2801 CA", "Gouda", "NL"),
    ),
    "dekade": _firm(
        1013,
        "Jachtwerf De Kade",
        Role.CUSTOMER,
        "inkoop@jachtwerf-dekade.example",
        "Wietske Dijkstra",
        phones=("+31 514 555 266",),
        vat="NL846203915B43",
        customer_class="B",
        credit=_credit("8000.00", "0.00", "2655.00"),
        **_place("Nieuwe Weide 4", "8713 JD", "Hindeloopen", "NL"),
    ),
    "cobalt": _firm(
        1014,
        "Cobalt Wind Services B.V.",
        Role.CUSTOMER,
        "lars.mikkelsen@cobalt-wind.example purchasing@cobalt-wind.example",
        "Lars Mikkelsen",
        vat="NL838517062B59",
        customer_class="A",
        requires_reference=True,
        credit=_credit("50000.00", "9020.00", "7920.00"),
        **_place("Handelskade 90", "1976 DC", "IJmuiden", "NL"),
    ),
    "fenwick": _firm(
        1015,
        "Fenwick Lifts Ltd",
        Role.CUSTOMER,
        "benedict.okoro@fenwick-lifts.example stores@fenwick-lifts.example",
        "Benedict Okoro",
        vat="GB640291713",
        customer_class="B",
        credit=_credit("9000.00", "760.00", "1034.00"),
        **_place("3 Alexandra Dock Road", "HU9 1TA", "Hull", "GB"),
    ),
    "degroot": _firm(
        1016,
        "Metaalhandel De Groot",
        Role.CUSTOMER,
        "henk@metaalhandel-degroot.example",
        "Henk de Groot",
        vat="NL827460931B19",
        customer_class="C",
        credit=_credit("6000.00", "0.00", "512.00"),
        **_place("Industrieweg 17", "3361 HJ", "Sliedrecht", "NL"),
    ),
    "alpenstahl": _firm(
        1017,
        "Alpenstahl Handels GmbH",
        Role.CUSTOMER,
        "buchhaltung@alpenstahl.example einkauf@alpenstahl.example",
        "Mag. Veronika Steindl",
        vat="ATU61740931",
        customer_class="B",
        credit=_credit("20000.00", "2008.60"),
        **_place("Industriezeile 58a", "4020", "Linz", "AT"),
    ),
    "hoekstra": _firm(
        1018,
        "Hoekstra Staalbouw B.V.",
        Role.CUSTOMER,
        "administratie@hoekstra-staalbouw.example",
        "Sjoukje Hoekstra",
        vat="NL859317406B76",
        customer_class="B",
        credit=_credit("20000.00", "21480.00", "3255.00").with_(on_hold=True),
        **_place("De Roef 12", "8447 GE", "Heerenveen", "NL"),
    ),
}

SUPPLIERS = {
    "hohenfels": _firm(
        2001,
        "Schraubenwerk Hohenfels GmbH",
        Role.SUPPLIER,
        "auftrag@hohenfels-schrauben.example",
        vat="DE294615000",
        **_place("Eisenweg 9", "58840", "Plettenberg", "DE"),
    ),
    "pinnacle": _firm(
        2002,
        "Pinnacle Safety Products Ltd",
        Role.SUPPLIER,
        "salesadmin@pinnacle-safety.example accounts@pinnacle-safety.example",
        "Priya Nair",
        vat="GB881530717",
        **_place("Redfern Park", "B11 2QX", "Birmingham", "GB"),
    ),
    "vercors": _firm(
        2003,
        "Outillage Vercors SA",
        Role.SUPPLIER,
        "facturation@outillage-vercors.example commandes@outillage-vercors.example",
        vat="FR78819402769",
        **_place("12, rue des Forges", "38160", "Saint-Marcellin", "FR"),
    ),
    "ebro": _firm(
        2004,
        "Tornillería Ebro, S.A.",
        Role.SUPPLIER,
        "administracion@tornilleria-ebro.example ventas@tornilleria-ebro.example",
        "Mª Jesús Urrea",
        vat="ESA50182641",
        **_place("C/ de la Forja 22", "31500", "Tudela", "ES"),
    ),
    "vanderpoel": _firm(
        2005,
        "Van der Poel Gereedschap B.V.",
        Role.SUPPLIER,
        "verkoop@vanderpoel-gereedschap.example",
        vat="NL823650174B57",
        **_place("Handelskade 18", "7417 DE", "Deventer", "NL"),
    ),
    "nordic": _firm(
        2006,
        "Nordic PPE AB",
        Role.SUPPLIER,
        "elin.sandberg@nordic-ppe.example",
        "Elin Sandberg",
        vat="SE556740281201",
        **_place("Viskastrandsgatan 5", "506 30", "Borås", "SE"),
    ),
    "hammerl": _firm(
        2007,
        "Werkzeug-Kontor Hammerl",
        Role.SUPPLIER,
        "verkauf@kontor-hammerl.example",
        "Alois Hammerl",
        vat="DE301734809",
        **_place("Salzstadel 4", "94032", "Passau", "DE"),
    ),
    "hijs": _firm(
        2008,
        "Dordtse Hijsmiddelen B.V.",
        Role.SUPPLIER,
        "binnendienst@dordtse-hijsmiddelen.example",
        vat="NL861902744B06",
        **_place("Merwedestraat 300", "3313 GT", "Dordrecht", "NL"),
    ),
}

OTHERS = {
    "parcelo": _firm(3001, "Parcelo Express", Role.CARRIER, "service@parcelo-express.example"),
    "transitnoord": _firm(
        3002, "Transit Noord Logistiek", Role.CARRIER, "planning@transitnoord.example", phones=("+31 513 555 020",)
    ),
    "garonne": _firm(3003, "Transports Garonne", Role.CARRIER, "exploitation@transports-garonne.example"),
    "us": _firm(
        1,
        "Brandt & Mercer Supply B.V.",
        Role.COLLEAGUE,
        "orders@brandt-mercer.example purchasing@brandt-mercer.example accounts@brandt-mercer.example "
        "debiteuren@brandt-mercer.example invoices@brandt-mercer.example magazijn@brandt-mercer.example "
        "expeditie@brandt-mercer.example tom.hartley@brandt-mercer.example joris.bakker@brandt-mercer.example",
        "Femke de Wit, Joris Bakker, Aylin Yildiz, Sabine Roos, Marco van Leeuwen, Tom Hartley",
        phones=("+31 10 555 0140",),
        vat="NL861740293B81",
        **_place("Waalhaven Z.z. 412", "3088 HH", "Rotterdam", "NL"),
    ),
    "edi": _firm(4001, "EDI Gateway", Role.SYSTEM, "edi-gateway@edi.brandt-mercer.example"),
}

EVERYBODY = (*CUSTOMERS.values(), *SUPPLIERS.values(), *OTHERS.values())
