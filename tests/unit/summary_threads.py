"""Threads of a fictional order desk with what a good summary must say of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Thread:
    """Messages oldest first as (role, body), with what must come out."""

    name: str
    language: str
    messages: tuple[tuple[str, str], ...]
    subject: str = ""
    points: tuple[str, ...] = ()
    """Each must stand somewhere in text, key points or asks."""
    asks: tuple[str, ...] = ()
    """Each must stand in one of the asks."""
    references: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    """None may stand anywhere in the summary."""


THREADS = (
    Thread(
        "late order stops a line",
        "en",
        (
            (
                "customer",
                """Hi team,

hope you are all well. I'm writing about our order S00042 (our PO 4500012345), which was promised for 13 November.
So far only 60 of the 100 boxes of M8x40 bolts have arrived and nobody could tell us when the rest will follow.
Our line in Rotterdam stops on Friday 20 November without them. Could you please confirm a firm delivery date by
tomorrow noon? If you cannot deliver, we need to buy elsewhere and will charge the difference.

Kind regards,
Anna Visser
Purchasing, Havenwerk B.V.
Tel: +31 10 555 01 99
This e-mail is confidential and intended only for the recipient.
""",
            ),
        ),
        "Where is S00042?",
        ("promised for 13 November", "60 of the 100 boxes", "stops on Friday 20 November"),
        ("confirm a firm delivery date",),
        ("S00042", "PO 4500012345"),
        ("Visser", "555", "hope you", "confidential"),
    ),
    Thread(
        "price on the invoice is not the confirmed one",
        "de",
        (
            (
                "customer",
                """Sehr geehrte Damen und Herren,

mit Ihrer Auftragsbestätigung AB-20991 vom 3. November haben Sie uns 12,80 EUR je 100 Stück bestätigt. In der
Rechnung RE-2026-0815 berechnen Sie jedoch 13,95 EUR, z.B. bei Pos. 20 und 30. Wir bitten um eine Gutschrift über
345,00 EUR bis zum 30.11.2026. Bis dahin halten wir die Zahlung zurück.

Mit freundlichen Grüßen
Jens Kohl
Geschäftsführer: Jens Kohl, Amtsgericht Essen HRB 99999
""",
            ),
        ),
        "Rechnung RE-2026-0815",
        ("12,80 EUR", "13,95 EUR", "345,00 EUR"),
        ("Gutschrift über 345,00 EUR",),
        ("AB-20991", "RE-2026-0815"),
        ("Kohl", "HRB"),
    ),
    Thread(
        "damaged cartons and missing gloves",
        "fr",
        (
            (
                "customer",
                """Bonjour,

Nous avons reçu ce matin la palette de la commande 45-2210, mais 3 cartons sont endommagés et il manque 12 paires de
gants GLV-09-L. Le chauffeur a noté les réserves sur le CMR.
Merci de nous renvoyer les gants manquants avant le 27 novembre et de nous indiquer comment retourner les cartons
abîmés.

Cordialement,
Luc Perrin
""",
            ),
        ),
        "",
        ("3 cartons sont endommagés", "12 paires", "avant le 27 novembre"),
        ("renvoyer les gants manquants",),
        ("45-2210", "GLV-09-L"),
        ("Perrin", "Bonjour"),
    ),
    Thread(
        "parcel without scans",
        "es",
        (
            (
                "customer",
                """Buenos días:

El pedido S00077 sigue sin llegar y el seguimiento 1Z999AA10123456784 no muestra movimientos desde el 9 de noviembre.
¿Pueden averiguar qué ha pasado? Necesitamos el material el lunes para una parada de planta.

Un saludo,
Marta
""",
            ),
        ),
        "",
        ("desde el 9 de noviembre", "el lunes"),
        ("averiguar qué ha pasado", "Necesitamos el material"),
        ("S00077", "1Z999AA10123456784"),
        ("Marta", "Buenos días"),
    ),
    Thread(
        "cancellation of a double order",
        "nl",
        (
            (
                "customer",
                "Beste,\n\nGraag bestelling 20261234 annuleren, we hebben per ongeluk dubbel besteld. Kunt u dit "
                "vandaag "
                "nog bevestigen?\n\nMet vriendelijke groet,\nPiet de Boer\n",
            ),
        ),
        "",
        ("per ongeluk dubbel besteld",),
        ("annuleren", "bevestigen"),
        ("20261234",),
        ("Boer",),
    ),
    Thread(
        "short reminder in a thread",
        "en",
        (
            ("customer", "We ordered 40 helmets on 2 November (S00051) and got 30. Please send the missing 10."),
            ("colleague", "Thanks, we checked with the warehouse. The 10 helmets ship on 18 November."),
            ("customer", "Still nothing here. Any news?"),
        ),
        "S00051",
        ("Still nothing here", "ship on 18 November"),
        ("Any news",),
        ("S00051",),
    ),
    Thread(
        "supplier moves a date and a price",
        "en",
        (
            (
                "supplier",
                """Dear Mr Brandt,

Regarding your P00031: unfortunately line 20 (HX-1020-ZN, 500 pcs) cannot ship before 4 December instead of
24 November, because our galvanising plant is down. The price for the replacement HX-1020-A2 would be 0.41 EUR
per piece instead of 0.36 EUR.

Please let us know by Wednesday whether we should wait or ship the replacement.

Best regards
Nordschrauben order desk
""",
            ),
        ),
        "P00031",
        ("4 December", "0.41 EUR"),
        ("wait or ship the replacement",),
        ("P00031", "HX-1020-ZN", "HX-1020-A2"),
    ),
    Thread(
        "credit hold",
        "en",
        (
            (
                "customer",
                "Our order S00060 is blocked although we paid invoice INV/2026/00123 over 4,250.00 EUR on 10 November. "
                "Please release the order today, the goods must leave before the weekend.",
            ),
        ),
        "",
        ("S00060 is blocked", "4,250.00 EUR"),
        ("release the order today",),
        ("S00060", "INV/2026/00123"),
    ),
    Thread(
        "bullets with changes",
        "en",
        (
            (
                "customer",
                """Hello,

please change our order S00063 as follows:
- line 1: 200 instead of 150 safety vests VST-200-XL
- line 3: cancel
- deliver to Kade 12, Dordrecht, not to Rotterdam

We need the goods on 26 November.

Thanks
Tom
""",
            ),
        ),
        "",
        ("200 instead of 150", "26 November"),
        ("change our order S00063",),
        ("S00063", "VST-200-XL"),
        ("Tom",),
    ),
    Thread(
        "EDI rejection",
        "en",
        (
            (
                "system",
                "ORDERS message 000482 from partner 8712345000004 rejected.\nError: unknown item BM-99999 on line 4.\n"
                "The order was not created. Correct the item master and resend the message.",
            ),
        ),
        "EDI error",
        ("unknown item BM-99999", "not created"),
        ("resend the message",),
        ("BM-99999",),
    ),
    Thread(
        "quality complaint with a batch",
        "de",
        (
            (
                "customer",
                """Guten Tag Herr Mercer,

bei der Charge 2210-B der Sechskantschrauben M10x60 reißen die Köpfe beim Anziehen ab; 14 von 50 Stück sind betroffen.
Ein Monteur hat sich dabei leicht verletzt. Wir haben die Charge gesperrt.
Bitte senden Sie uns umgehend das Prüfzeugnis und lassen Sie die Ware abholen.

Viele Grüße
Sabine Roth
""",
            ),
        ),
        "Reklamation",
        ("14 von 50", "verletzt"),
        ("Prüfzeugnis",),
        ("2210-B",),
        ("Roth",),
    ),
    Thread(
        "invoice copy",
        "nl",
        (
            (
                "customer",
                "Goedemiddag,\n\nVoor factuur INV/2026/00140 missen wij nog de getekende pakbon. Zonder bewijs van "
                "aflevering kunnen wij 1.870,50 EUR niet betalen. Wilt u deze uiterlijk vrijdag sturen?\n\nMvg,\nIlse",
            ),
        ),
        "",
        ("1.870,50 EUR", "getekende pakbon"),
        ("uiterlijk vrijdag",),
        ("INV/2026/00140",),
        ("Ilse",),
    ),
    Thread(
        "supplier out of stock",
        "fr",
        (
            (
                "supplier",
                "Madame, Monsieur,\n\nMalheureusement l'article 10442 de votre commande P00035 est en rupture jusqu'au "
                "15 décembre. Nous pouvons livrer 80 pièces le 30 novembre et le solde de 120 pièces le 18 décembre.\n"
                "Veuillez nous confirmer si cette livraison en deux fois vous convient.\n\nBien "
                "cordialement,\nAtelier Vis",
            ),
        ),
        "Commande P00035",
        ("80 pièces le 30 novembre", "120 pièces le 18 décembre"),
        ("livraison en deux fois",),
        ("P00035", "10442"),
    ),
    Thread(
        "wrong items delivered",
        "es",
        (
            (
                "customer",
                "Hola:\n\nEn la entrega del albarán 99213 hemos recibido 25 taladros de 18 V en lugar de los 25 de "
                "12 V del "
                "pedido S00071. Por favor, recojan los equivocados y envíen los correctos antes del "
                "viernes.\n\nGracias,\nPablo",
            ),
        ),
        "",
        ("25 taladros de 18 V",),
        ("recojan los equivocados",),
        ("99213", "S00071"),
        ("Pablo",),
    ),
    Thread(
        "answer with history quoted below",
        "en",
        (
            (
                "customer",
                """That date does not work for us. We accept 60 units now and the rest by 1 December at the latest.

On Tue, 17 Nov 2026 at 09:12, Order desk <desk@brandt-mercer.example> wrote:
> Dear Ms Visser,
> we can deliver 40 units on 15 January.
> Best regards
""",
            ),
        ),
        "Re: S00042",
        ("does not work for us", "1 December"),
        (),
        ("S00042",),
        ("15 January",),
    ),
    Thread(
        "status question, polite and long",
        "en",
        (
            (
                "customer",
                """Good morning,

I hope this finds you well and that you had a good weekend. Thank you for the pleasant call last week.

With reference to the above I would like to know when order S00080 will leave your warehouse, since our site in
Antwerp opens on 1 December and the 300 helmets are needed for the induction.

Please do not hesitate to contact me should you have any questions.

Yours sincerely,
Margaret Hill
""",
            ),
        ),
        "S00080",
        ("300 helmets", "1 December"),
        ("when order S00080 will leave",),
        ("S00080",),
        ("hesitate", "weekend", "Hill"),
    ),
    Thread(
        "two orders in one mail",
        "de",
        (
            (
                "customer",
                "Hallo zusammen,\n\nzu S00081: bitte stornieren, der Kunde ist abgesprungen.\nzu S00082: die 500 "
                "Dübel kamen "
                "in der falschen Größe (10 statt 8 mm), bitte um Umtausch.\n\nDanke und Gruß\nUwe",
            ),
        ),
        "S00081 / S00082",
        ("S00081", "10 statt 8 mm"),
        ("stornieren", "Umtausch"),
        ("S00081", "S00082"),
        ("Uwe",),
    ),
    Thread(
        "line-wrapped plain text",
        "en",
        (
            (
                "customer",
                "The delivery note LS-20441 says 48 cartons, we counted 44 at the dock\nand the driver signed for "
                "44. The "
                "missing 4 cartons hold approx. 2.5\nkg of washers each. Please credit 96.40 EUR on the next invoice.",
            ),
        ),
        "",
        ("we counted 44", "96.40 EUR"),
        ("credit 96.40 EUR",),
        ("LS-20441",),
    ),
    Thread(
        "address change before delivery",
        "fr",
        (
            (
                "customer",
                "Bonjour,\n\nPour la commande S00084 prévue le 25 novembre, pourriez-vous livrer au 8, quai du Port "
                "à Lille "
                "au lieu de notre siège ? Le chantier ne peut décharger que le matin, avant 11h30.\n\nMerci "
                "d'avance\nSophie",
            ),
        ),
        "",
        ("25 novembre", "11h30"),
        ("livrer au 8, quai du Port",),
        ("S00084",),
        ("Sophie",),
    ),
    Thread(
        "overdue with dispute",
        "en",
        (
            (
                "customer",
                "We received your reminder for 7,310.25 EUR. Invoice INV/2026/00098 is disputed since 2 October "
                "because 20 of "
                "the 60 harnesses were defective; we reported this in ticket 10881. We will pay the rest once the "
                "credit note "
                "is issued. Please stop the reminders until then.",
            ),
        ),
        "Reminder",
        ("disputed since 2 October", "20 of the 60"),
        ("stop the reminders",),
        ("INV/2026/00098", "10881"),
    ),
    Thread(
        "carrier reports a loss",
        "de",
        (
            (
                "carrier",
                "Sendung 00340434161094021501 ist in unserem Depot Duisburg nicht auffindbar. Die Nachforschung "
                "läuft bis zum "
                "27.11.2026. Falls die Ware bis dahin nicht gefunden wird, gilt sie als verloren. Bitte teilen Sie "
                "uns den "
                "Warenwert mit.",
            ),
        ),
        "Nachforschung",
        ("nicht auffindbar", "27.11.2026"),
        ("Warenwert",),
        ("00340434161094021501",),
    ),
    Thread(
        "rush",
        "es",
        (
            (
                "customer",
                "Buenas tardes,\n\nEl pedido 4500098811 está previsto para el 4 de diciembre, pero la obra empieza "
                "antes. "
                "¿Sería posible adelantar la entrega de los 60 arneses al 27 de noviembre? Asumimos el coste del "
                "transporte "
                "urgente hasta 150 EUR.\n\nSaludos cordiales,\nElena Ruiz",
            ),
        ),
        "",
        ("27 de noviembre", "150 EUR"),
        ("adelantar la entrega",),
        ("4500098811",),
        ("Elena",),
    ),
    Thread(
        "all is well now",
        "en",
        (
            ("customer", "Where are the 12 ladders of order S00090? They were due on 9 November."),
            ("customer", "All fine now, the 12 ladders arrived this morning. You can close this."),
        ),
        "S00090",
        ("arrived this morning",),
        (),
        ("S00090",),
    ),
    Thread(
        "unit mistake",
        "nl",
        (
            (
                "customer",
                "Hallo,\n\nOp order S00093 staan 10 dozen van 100 ringen, maar wij hadden 10 stuks bedoeld. Gelieve "
                "de order aan "
                "te passen voordat hij morgen de deur uit gaat.\n\nGroeten,\nKarel\nVerzonden vanaf mijn telefoon",
            ),
        ),
        "",
        ("10 stuks bedoeld",),
        ("de order aan te passen",),
        ("S00093",),
        ("telefoon", "Karel"),
    ),
    Thread(
        "proof of delivery with a postscript",
        "en",
        (
            (
                "customer",
                "Hello,\n\nthe carrier claims that parcel JJD000390007882210233 was delivered on 12 November, "
                "signed by 'M. Jansen'. "
                "Nobody of that name works here and we have not received it.\n\nRegards,\nNoor\n\nPS: please ship "
                "any replacement "
                "to our warehouse in Breda.\n",
            ),
        ),
        "",
        ("12 November", "not received it"),
        ("replacement to our warehouse in Breda",),
        ("JJD000390007882210233",),
        ("Noor",),
    ),
    Thread(
        "tax dispute",
        "fr",
        (
            (
                "customer",
                "Bonjour,\nLa facture FA-2026-0091 comporte 21 % de TVA néerlandaise, soit 412,65 EUR, alors que "
                "nous avons "
                "communiqué notre numéro de TVA intracommunautaire. Merci d'émettre un avoir et une facture sans TVA.\n"
                "Cordialement",
            ),
        ),
        "",
        ("21 %", "412,65 EUR"),
        ("un avoir et une facture sans TVA",),
        ("FA-2026-0091",),
    ),
)
