"""What the fields of a business document are called in English, German, French, Dutch, Spanish, Italian and Polish.

General vocabulary of trade documents, no issuer's own wording. Phrases are compared without case, accents, spaces and
punctuation, and number signs (`#`, `n°`, `№`) read as `no`. `strong` phrases name a field by themselves; `weak` ones
do so only where nothing better is found.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from triage.documents.sheet import key_of

_STRONG: dict[str, str] = {
    "number": """
        invoice number, invoice no, invoice nr, invoice #, invoice id, inv no, inv #, inv number, invoice ref,
        tax invoice no, tax invoice number, bill no, bill number, receipt no, receipt # no, receipt number, receipt #,
        statement no, credit note no, credit note number, credit note #, credit memo no, credit memo number,
        credit memo #, credit no, document no, document number, document id, document #, doc no, voucher no, voucher number,
        rechnungsnummer, rechnungsnr, rechnungs nr, rechnung nr, rechnung nummer, rechnung no, rg nr, re nr, rgnr, rechn nr,
        belegnummer, beleg nr, belegnr, dokumentnummer, dokument nr, dokumentennummer, gutschriftsnummer, gutschrift nr,
        gutschriftnummer, gutschriftnr, gutschrifts nr, rechnungskorrektur nr, korrekturrechnung nr, stornorechnung nr,
        numero de facture, numero facture, n de facture, n° de facture, n° facture, no de facture, facture n°, facture no,
        facture numero, facture nº, num facture, nº facture, réf facture, référence facture, avoir n°, numéro d'avoir,
        n° d'avoir, n° avoir, numéro du document, n° de document, n° document, numéro de document, n° de pièce,
        factuurnummer, factuurnr, factuur nr, factuur nummer, factuur no, nota nummer, notanummer, creditnota nummer, creditnotanummer,
        creditfactuurnummer, creditfactuur nr, documentnummer, documentnr, bonnummer,
        número de factura, numero factura, nº de factura, nº factura, factura nº, factura no, factura número, núm factura,
        num factura, n factura, número de documento, nº documento, número de abono, factura rectificativa nº, abono nº,
        numero fattura, n fattura, nr fattura, fattura n, fattura nr, fattura numero, fattura no, n° fattura, numero documento,
        n documento, n° documento, nr documento, num fattura, numero nota di credito, nota di credito n, nota di credito nr,
        numer faktury, nr faktury, faktura nr, faktura vat nr, faktura numer, faktura no, numer dokumentu, nr dokumentu,
        faktura korygująca nr, korekta nr, rachunek nr, fv nr
    """,
    "confirmation_number": """
        order confirmation no, order confirmation number, order confirmation #, confirmation no, confirmation number,
        confirmation #, order acknowledgement no, acknowledgement no, order response id, order response, order response no,
        sales order id, sales order no, sales order number, sales order #, our order no, our order number, our order,
        auftragsbestätigung nr, auftragsbestätigungsnummer, auftragsbestätigungs nr, ab nr, auftragsnummer, auftrags nr,
        auftragsnr, auftrag nr, bestätigungsnummer, unsere auftragsnummer, unsere auftrags nr, vorgangsnummer,
        confirmation de commande n°, n° de confirmation, numéro de confirmation, accusé de réception n°,
        notre commande, notre référence commande, orderbevestiging nr, orderbevestigingsnummer, bevestigingsnummer,
        ons ordernummer, verkooporder, confirmación de pedido nº, número de confirmación, nuestro pedido,
        conferma d'ordine n, conferma ordine n, conferma ordine nr, numero conferma, nostro ordine,
        potwierdzenie zamówienia nr, numer potwierdzenia, nr potwierdzenia
    """,
    "delivery_number": """
        delivery note no, delivery note number, delivery note #, delivery no, delivery number, packing slip no,
        packing slip number, packing slip #, packing list no, packing list number, despatch note no, despatch advice no,
        dispatch note no, dispatch doc no, shipment no, shipment number, shipment id, delivery docket no,
        lieferscheinnummer, lieferschein nr, lieferscheinnr, lieferschein, lieferschein nummer, ls nr, liefernummer, lieferavis,
        bon de livraison n°, numéro de bon de livraison, n° bl, n° de bl, bl n°, n° bon de livraison, n° de livraison,
        pakbonnummer, pakbon nr, pakbon, vrachtbrief nr, leveringsbon nr, afleverbon nr, leverbonnummer,
        albarán nº, albarán no, número de albarán, nº albarán, nº de albarán, albarán,
        ddt n, ddt nr, numero ddt, documento di trasporto n, bolla n, n ddt, documento di trasporto nr,
        wz nr, numer wz, nr wz, dokument wz nr, dokument dostawy nr, list przewozowy nr
    """,
    "quotation_number": """
        quotation no, quotation number, quotation #, quote no, quote number, quote #, offer no, offer number, proposal no, estimate no,
        estimate #, estimate number, angebotsnummer, angebot nr, angebotsnr, angebots nr, offerte nr, offertnummer, kostenvoranschlag nr,
        devis n°, numéro de devis, n° de devis, offre n°, n° devis, offertenummer, offerte nummer,
        presupuesto nº, número de presupuesto, oferta nº, nº presupuesto, preventivo n, preventivo nr, numero preventivo, offerta n,
        offerta nr, oferta nr, numer oferty, nr oferty
    """,
    "change_number": """
        order change no, order change id, order change number, change order no, change order number, purchase order change, purchase order change id, purchase order change no, change no,
        änderungsnummer, bestelländerung nr, numéro de modification, wijzigingsnummer, número de modificación, numero variazione, numer zmiany
    """,
    "order_number": """
        purchase order, purchase order no, purchase order number, purchase order #, purchase order id, po number, po no, po #, p.o. #,
        p.o. no, p.o. number, p.o., po, po nr, customer order, customer order no, customer order number, customer po,
        customer po no, customer po number, your order, your order no, your order number, your po, buyer's order no, buyers order no,
        buyer order no, your purchase order, cust po, customer purchase order, buyer order reference, purchase order reference,
        order reference, po reference, po ref,
        bestellung, bestellnummer, bestell nr, bestellnr, bestellung nr, bestellungsnummer, ihre bestellung, ihre bestellnummer,
        ihre bestell nr, ihre bestellung nr, kundenbestellnummer, kunden bestellnummer, kundenbestellung, kundenbestell nr, ihre auftragsnummer, ihr auftrag,
        ihre bestellnr, kundenauftrag, kundenauftragsnummer, ihr auftrag nr, bestellreferenz, auftragsreferenz, po nummer,
        bon de commande, bon de commande n°, commande n°, n° de commande, n° commande, numéro de commande, no de commande,
        votre commande, votre commande n°, réf commande, référence commande, commande client, votre n° de commande, bc n°,
        référence de commande, v/commande, n° bon de commande, commande,
        inkooporder, inkoopordernummer, inkooporder nr, uw order, uw ordernummer, uw bestelling, uw bestelnummer, bestelnummer, bestelling nr,
        bestelnr, uw inkooporder, uw opdracht, klantorder, uw ordernr, uw bestelnr,
        pedido, pedido nº, pedido no, número de pedido, nº de pedido, nº pedido, su pedido, su pedido nº, su nº de pedido,
        orden de compra, orden de compra nº, pedido cliente, pedido de compra, referencia de pedido, o/c,
        ordine, ordine n, ordine nr, numero ordine, n ordine, vostro ordine, vs ordine, vs ordine n, ordine cliente,
        ordine d'acquisto, rif ordine, riferimento ordine, vs rif ordine, ordine di acquisto, vostro ordine n, nr ordine, n° ordine,
        zamówienie, zamówienie nr, numer zamówienia, nr zamówienia, państwa zamówienie, zamówienie klienta,
        nr zamówienia klienta, wasze zamówienie, nr zam, do zamówienia
    """,
    "issue_date": """
        invoice date, date of invoice, bill date, document date, date of issue, issue date, issued, issued on, issue date and time, receipt date, statement date,
        credit note date, credit memo date, quotation date, quote date, dated, tax point,
        date issued,
        rechnungsdatum, rechnungs datum, belegdatum, beleg datum, ausstellungsdatum, datum der rechnung, gutschriftsdatum, rg datum,
        dokumentdatum, angebotsdatum, bestätigungsdatum, re datum, ausgestellt am, rechn datum,
        date de facture, date facture, date de la facture, date de facturation, date d'émission, date du document, date d'emission,
        date de l'avoir, facture du, émise le, émis le, date de pièce, date du devis,
        factuurdatum, factuur datum, datum factuur, documentdatum, uitgiftedatum, datum van uitgifte, creditnotadatum, offertedatum,
        fecha de factura, fecha factura, fecha de emisión, fecha de expedición, fecha emisión, fecha expedición, fecha del documento, fecha documento,
        fecha de la factura,
        data fattura, data della fattura, data documento, data di emissione, data emissione, del documento, data del documento, data doc,
        data wystawienia, data faktury, data dokumentu, wystawiono dnia, wystawiona dnia, data wystawienia faktury, wystawiono, z dnia
    """,
    "delivery_note_date": """
        delivery note date, packing slip date, despatch date, dispatch date, shipping document date, lieferscheindatum, lieferschein datum, date bl, date du bl, date du bon de livraison,
        pakbondatum, pakbon datum, fecha albarán, fecha del albarán, fecha de albarán, data ddt, data del ddt, data wz, data wydania
    """,
    "confirmation_date": """
        auftragsdatum, sales order date, confirmation date, order confirmation date, date de confirmation, bevestigingsdatum, fecha de confirmación, data conferma, data potwierdzenia
    """,
    "order_date": """
        order date, date of order, ordered on, ordered, po date, purchase order date, bestelldatum, bestellung vom, bestell datum, auftrag datum lief,
        date de commande, date commande, date de la commande, commande du, besteldatum, orderdatum, fecha de pedido, fecha pedido, fecha del pedido,
        data ordine, data dell'ordine, ordine del, data zamówienia, zamówienie z dnia
    """,
    "due_date": """
        due date, payment due, payment due date, due, due on, due by, payable by, pay by, pay before, date due, payment due by, total amount due on,
        amount due on, please pay by, payment date due, invoice due date, payment deadline,
        fällig, fällig am, fälligkeit, fälligkeitsdatum, fälligkeitstag, zahlbar bis, zahlungsziel, zu zahlen bis, zahlbar bis zum, zahlung bis, zahlungsfrist,
        fällig bis, zahlung fällig am, netto fällig am, fällig zum, spätestens bis zum, netto bis, tagen netto bis, ohne abzug bis, zahlungsziel bis, tage netto bis,
        échéance, date d'échéance, date echeance, date limite de paiement, à payer avant le, payable le, à régler avant le, échéance le, payable avant le,
        à régler le, date de règlement, paiement avant le, date d'exigibilité, à payer pour le,
        vervaldatum, uiterste betaaldatum, betalen voor, te betalen voor, betaaldatum, vervaldag, vervalt op, betaling uiterlijk, uiterlijk te betalen op, betalen vóór, te voldoen voor,
        fecha de vencimiento, vencimiento, fecha vencimiento, vence el, pagar antes del, fecha límite de pago, fecha de pago,
        scadenza, data scadenza, data di scadenza, scadenza pagamento, pagamento entro il, entro il, da pagare entro il,
        termin płatności, termin zapłaty, płatne do, data płatności, zapłać do, płatność do, płatne do dnia
    """,
    "delivery_date": """
        delivery date, date of delivery, delivered on, ship date, shipping date, shipment date, date of supply, supply date, estimated delivery, expected delivery date,
        planned delivery date, confirmed delivery date, requested delivery date, requested delivery, delivered, service date, estimated delivery date,
        lieferdatum, liefertermin, leistungsdatum, liefer und leistungsdatum, liefer leistungsdatum, liefer bzw leistungsdatum, datum der lieferung, leistungs datum,
        liefer datum, lieferung am, auslieferung, voraussichtlicher liefertermin, bestätigter liefertermin, lieferzeit, lieferung, wunschtermin, lieferdatum leistungsdatum, versanddatum,
        date de livraison, livraison le, livré le, date de la livraison, date d'expédition, livraison prévue, date livraison, livraison prévue le, date de prestation, date de livraison prévue,
        leverdatum, leveringsdatum, verzenddatum, datum levering, geleverd op, verwachte leverdatum, levering, levertijd,
        fecha de entrega, entrega, fecha entrega, fecha de envío, fecha prevista de entrega, fecha de operación, plazo de entrega, fecha de suministro,
        data di consegna, data consegna, consegna, consegna prevista, data spedizione, data trasporto, consegna prevista il,
        data dostawy, data sprzedaży, termin dostawy, data wykonania usługi, data dostawy towaru, data dokonania dostawy, przewidywana data dostawy
    """,
    "net": """
        net total, total net, net amount, total excl vat, total excluding vat, total ex vat, total without vat, total amount without vat, total before tax, subtotal excl vat,
        total excl tax, total excluding tax, total net amount, amount excl vat, taxable amount, taxable value, taxable total, total exclusive of vat, invoice total excl vat, subtotal ex vat,
        untaxed amount, total taxable amount, net value, net invoice amount, goods total net, amount before tax, total excl gst, subtotal before tax, net price total, total ex gst, amount without vat,
        nettobetrag, netto betrag, summe netto, nettosumme, gesamt netto, gesamtbetrag netto, rechnungssumme netto, rechnungsbetrag netto, netto gesamt, summe ohne mwst, summe ohne ust,
        rechnungssumme ohne ust, rechnungssumme ohne mwst, gesamtsumme netto, gesamtnetto, summe excl mwst, summe exkl mwst, total exkl mwst, netto summe, gesamtbetrag ohne mwst, netto rechnungsbetrag,
        nettowert, gesamtnettobetrag, zwischensumme netto, zwischensumme ohne mwst, betrag netto, total netto, warenwert netto, nettogesamtbetrag, summe netto excl ust, rechnungsnetto, nettogesamt, endsumme netto, summe nettobeträge, rechnungssumme netto excl ust,
        total ht, montant ht, total hors taxes, total hors tva, net ht, montant total ht, total net ht, sous total ht, base ht, montant hors taxe, total htva, montant hors taxes, montant net ht, total montant ht, base hors taxe, total général ht, total hors taxe,
        totaal exclusief btw, totaal excl btw, totaal ex btw, exclusief btw, subtotaal excl btw, subtotaal exclusief btw, bedrag exclusief btw, bedrag excl btw, nettobedrag, netto bedrag, totaal netto, netto totaal, totaalbedrag excl btw, excl btw, totaal excl, totaalbedrag exclusief btw,
        base imponible, total neto, importe neto, total sin iva, total antes de impuestos, neto, total base imponible, suma neta, importe sin iva, total bruto sin iva, base imponible total,
        imponibile, totale imponibile, totale netto, netto imponibile, totale iva esclusa, totale senza iva, totale al netto iva, imponibile totale, importo netto, totale merce netto, tot imponibile,
        razem netto, wartość netto, suma netto, kwota netto, łącznie netto, ogółem netto, wartość netto razem, do zapłaty netto, razem wartość netto
    """,
    "tax": """
        vat, vat amount, total vat, total vat amount, tax, tax amount, total tax, sales tax, gst, total gst, tax total, value added tax, vat total, igst, gst amount, sales tax total, total tax amount, tax due, estimated tax,
        mwst, ust, umsatzsteuer, mehrwertsteuer, steuerbetrag, mwst betrag, ust betrag, steuer, gesamtsteuer, summe mwst, summe ust, zzgl mwst, zzgl ust, zuzüglich mwst, mehrwertsteuerbetrag, umsatzsteuerbetrag, steuersumme, summe steuer, steuern, gesamt mwst, steuer gesamt, plus mwst, mwst gesamt, summe umsatzsteuer, zzgl umsatzsteuer, zzgl mehrwertsteuer, zuzüglich umsatzsteuer,
        tva, montant tva, total tva, montant de la tva, tva totale, montant total tva, total taxes, dont tva, total de la tva, taxe, montant des taxes,
        btw, btw bedrag, totaal btw, bedrag btw, btw totaal, totale btw, btw bedrag totaal,
        iva, cuota iva, importe iva, total iva, cuota, impuestos, total impuestos, cuota de iva, importe del iva, i.v.a.,
        imposta, totale iva, totale imposta, importo iva, imposta iva, totale imposte, ammontare iva, tot iva,
        podatek vat, kwota vat, razem vat, wartość vat, podatek, suma vat, kwota podatku, kwota podatku vat, vat razem, należny podatek vat
    """,
    "gross": """
        grand total, invoice total, total incl vat, total including vat, total inc vat, total with vat, gross total, total gross, total gross amount, gross amount, total amount, invoice amount, total inclusive of vat,
        total including tax, total incl tax, total invoice, total invoice amount, total for this invoice, total amount incl vat, order total, total order value, credit total, total credit, total amount including vat, total incl gst, amount including vat, total after tax, total value, total amount with vat, total price,
        gesamtbetrag, rechnungsbetrag, bruttobetrag, bruttosumme, summe brutto, gesamtsumme, endbetrag, endsumme, gesamt brutto, rechnungssumme, rechnungssumme brutto, gesamtbetrag brutto, brutto gesamt, summe inkl mwst, summe inkl ust, total inkl mwst, gesamtbetrag inkl mwst,
        rechnungsbetrag brutto, gesamtbrutto, betrag brutto, rechnungsendbetrag, rechnungsgesamtbetrag, gutschriftsbetrag, gesamtsumme brutto, auftragssumme, gesamtpreis brutto, rechnungsgesamtsumme, bruttogesamtbetrag, auftragswert, gutschriftbetrag, rechnungssumme brutto inkl ust, gesamt inkl mwst, brutto rechnungsbetrag,
        total ttc, montant ttc, montant total ttc, total toutes taxes comprises, total général, total net ttc, montant total, total de la facture, total facture, total général ttc, total tvac, total commande ttc, prix total ttc, total tva comprise,
        totaal inclusief btw, totaal incl btw, totaalbedrag, bedrag inclusief btw, bedrag incl btw, factuurbedrag, totaal factuur, factuur totaal, totaalbedrag incl btw, eindtotaal, brutobedrag, totaal inc btw, totaal te voldoen, brutto bedrag, totaalbedrag inclusief btw, ordertotaal, totaal bedrag,
        total factura, importe total, total con iva, total iva incluido, total general, total factura eur, total bruto, importe total factura, total importe, total impuestos incluidos, total pedido, total iva incl,
        totale fattura, totale documento, totale iva inclusa, totale lordo, totale complessivo, importo totale, totale generale, totale ivato, totale documento eur, totale ordine, totale con iva, tot documento, tot fattura,
        razem brutto, suma brutto, wartość brutto, kwota brutto, ogółem brutto, łącznie brutto, kwota ogółem, ogółem do zapłaty, wartość brutto razem, razem wartość brutto, suma ogółem
    """,
    "payable": """
        amount due, total due, balance due, amount payable, total payable, payable, balance, to pay, total amount due, amount to pay, outstanding amount, balance to pay, please pay, net payable,
        zahlbetrag, zu zahlen, zu zahlender betrag, offener betrag, zahlungsbetrag, noch zu zahlen, überweisungsbetrag, zu zahlender gesamtbetrag, fälliger betrag, restbetrag, offener rechnungsbetrag, verbleibender betrag,
        net à payer, total à payer, à payer, montant à payer, somme à payer, montant dû, reste à payer, net a payer ttc, solde à payer, solde dû, net à payer ttc, montant du prélèvement, total dû,
        te betalen, te voldoen, openstaand bedrag, totaal te betalen, nog te betalen, te betalen bedrag, verschuldigd bedrag, saldo te betalen,
        total a pagar, importe a pagar, a pagar, líquido a pagar, líquido, pendiente de pago, importe pendiente,
        totale da pagare, netto a pagare, da pagare, importo da pagare, totale a pagare, importo dovuto, totale dovuto, netto a pagare eur,
        do zapłaty, razem do zapłaty, pozostało do zapłaty, należność, kwota do zapłaty, kwota należności, łącznie do zapłaty, kwota należności ogółem, należność ogółem
    """,
    "other_amount": """
        previous balance, opening balance, carried forward, brought forward, prepaid, paid, amount paid, deposit, down payment, already paid, payment received, payments received, discount, shipping, shipping cost, freight, postage, handling, less deposit, savings, you save, shipping and handling, prepayment, advance payment, delivery charge, delivery charges, credits, total discount, rounding, shipping costs, tendered, change, total savings, advance, last payment, payments, credit limit, account balance, balance brought forward, outstanding balance,
        anzahlung, anzahlungen, erhaltene anzahlungen, übertrag, saldovortrag, vorauszahlung, bereits bezahlt, bezahlt, rabatt, versandkosten, fracht, porto, verpackung, skonto, skontobetrag, gesamtbetrag der zuschläge, gesamtbetrag der abschläge, geleistete anzahlungen, alter saldo, frachtkosten, zuschläge, abschläge, rundung, vorheriger saldo, skontofähiger betrag, gesamtrabatt, abzüglich anzahlung, transportkosten, offener saldo, saldo alt, bisheriger saldo, gesamtgewicht, kontostand,
        acompte, déjà payé, report, à reporter, remise, frais de port, port, escompte, ancien solde, solde précédent, acompte versé, total remise, acomptes, éco participation, acomptes versés, solde antérieur, report à nouveau,
        aanbetaling, reeds betaald, vooruitbetaald, verzendkosten, korting, transport, vorig saldo, openstaand saldo, reeds voldaan, betaald,
        anticipo, pagado, descuento, portes, gastos de envío, saldo anterior, suma y sigue, descuentos, a cuenta, entregas a cuenta, saldo pendiente,
        acconto, già pagato, riporto, da riportare, sconto, spese di trasporto, spese di spedizione, saldo precedente, spese, bollo, acconti, acconto versato, spese trasporto, totale sconto,
        zaliczka, zapłacono, przedpłata, rabat, koszty wysyłki, przeniesienie, z przeniesienia, saldo poprzednie, poprzednie saldo, koszt dostawy, zapłacona zaliczka
    """,
    "vat_id": """
        vat id, vat no, vat number, vat reg no, vat registration no, vat registration number, vat reg, vat identification number, tax id, vat reg number, seller vat id, supplier vat no, vat id no, gstin, gstin uin, gst no, gst number, gst reg no, vat tin, tax reg no, our vat no, tax registration number, vat identification no, vat,
        ust id, ust id nr, ust idnr, ustid nr, ust identnr, ust ident nr, umsatzsteuer id, umsatzsteuer identifikationsnummer, umsatzsteueridentifikationsnummer, umsatzsteuer identnr, uid, uid nr, uid nummer, mwst nr, ust nr, ustid, ustidnr, umsatzsteuer identnummer, ust identifikationsnummer, umsatzsteuer id nr, ust id number, mwst nummer, ust id no, umsatzsteuer ident nr, ust ident nummer,
        n° tva, n° de tva, numéro de tva, tva intracommunautaire, n° tva intracommunautaire, tva intracom, n° tva intracom, tva, numéro de tva intracommunautaire, n° tva intra, n° de tva intracommunautaire, identifiant tva, n° de tva intra, n° id tva, tva intra, n° de tva intracom, no tva, numéro tva, code tva,
        btw nr, btw nummer, btw, btwnummer, btwnr, btw id, btw identificatienummer, btw identificatie, btw no, uw btw nummer, btw id nr,
        nif, cif, nif iva, cif nif, nif cif, n.i.f., c.i.f., nº iva, número de iva, número iva, nif vat, vat nif,
        partita iva, p iva, p.iva, piva, part iva, p iva c f, partita iva e codice fiscale, codice iva, p iva cf, c f p iva, partita iva cf, cf p iva, cf e p iva,
        nip, nip ue, numer vat, nr nip, vat ue, numer nip, vat eu, nr vat ue
    """,
    "iban": """
        iban, iban nr, iban no, iban code, iban number, konto iban, iban nummer, bank account, rekeningnummer, rekening, numer konta, nr konta, numer rachunku, nr rachunku, konto, numéro iban, code iban, codice iban, cuenta iban, iban eur, account iban, ibannr, nr konta bankowego, numer rachunku bankowego, rachunek bankowy, konto bankowe
    """,
    "currency": """
        currency, invoice currency, document currency, währung, rechnungswährung, belegwährung, beträge in, alle beträge in, betrag in, devise, monnaie, montants en, montants exprimés en, valuta, munteenheid, moneda, divisa, waluta, all amounts in, amounts in, prices in, preise in, all prices in, alle preise in, all charges and prices are in, currency code, importi in, importes en, bedragen in
    """,
}

_WEAK: dict[str, str] = {
    "number": """
        no, nr, number, invoice, reference no, reference number, ref no, ref, reference, our reference, our ref, your reference no, tax invoice, credit note, credit memo, memo no, booking id, transaction id, bill of supply,
        rechnung, nummer, unser zeichen, referenz, unsere referenz, handelsrechnung nr, gutschrift, beleg, numero, facture, avoir, référence, réf, notre référence, n/réf, factuur, referentie, onze referentie, creditnota, creditfactuur, factura, abono, referencia, nuestra referencia, fattura, nota di credito, riferimento, faktura, faktura vat, nota
    """,
    "order_number": """
        order no, order number, order #, order id, order, order ref, customer reference, customer ref, your ref, your reference, client reference, auftrag, ordernummer, order nr, bestelling, opdrachtnummer, ihr zeichen, ihre referenz, votre référence, v/réf, uw referentie, uw kenmerk, kundenreferenz, su referencia, vostro riferimento, vs rif, nr ref klienta, sales order, ordernr, auftragsnummer, auftrags nr, auftragsnr, auftrag nr, bestellt unter
    """,
    "confirmation_number": """
        order no, order number, order #, order id, order, reference, our reference, our ref, referenz, unser zeichen, référence, commande, commande n°, n° de commande, numéro de commande, notre référence, ordernummer, order nr, pedido, pedido nº, número de pedido, ordine, ordine n, ordine nr, numero ordine, zamówienie, zamówienie nr, numer zamówienia, nr zamówienia, onze referentie, kommission, so number, so no, order confirmation, auftragsbestätigung, orderbevestiging, confirmation de commande, confirmación de pedido, conferma d'ordine, conferma ordine, potwierdzenie zamówienia, number, no, nr, nummer
    """,
    "delivery_number": """
        reference, ref, no, nr, number, nummer, numero, delivery note, delivery, packing slip, despatch advice, dispatch note, packing list, bon de livraison, referenz, référence, referentie, referencia, riferimento, ddt, wz, delivery doc, vrachtbrief, leveringsbon, afleverbon, albarán de entrega, documento di trasporto, bolla
    """,
    "quotation_number": "quotation, quote, offer, angebot, devis, offerte, presupuesto, preventivo, offerta, oferta, no, nr, number, nummer, numero, reference, ref, referenz, référence, referentie, referencia, riferimento",
    "issue_date": "date, datum, fecha, data, le, date and time, il, del, dnia, dated, vom, du, d.d., date heure",
    "due_date": "payment terms, terms, zahlungsbedingungen, zahlungsbedingung, conditions de paiement, betalingstermijn, betalingsvoorwaarden, condiciones de pago, condizioni di pagamento, warunki płatności, terms date, zahlung, paiement, prélèvement, prélèvement à partir du, direct debit on, abbuchung am, wird abgebucht am, incasso op, pago, pagamento, płatność",
    "net": "subtotal, sub total, total goods, goods total, net, goods value, items total, item total, merchandise total, zwischensumme, netto, summe, warenwert, positionssumme, summe positionen, warenwert gesamt, total amount of lines, sum of lines, sous total, hors taxe, total articles, montant, subtotaal, netto, goederenbedrag, suma, imponible, importe, subtotale, totale merce, netto, razem, suma",
    "gross": "total, totals, gross, amount, total eur, total usd, total gbp, summe, gesamt, brutto, betrag, total euro, gesamt eur, summe eur, total chf, ttc, toutes taxes comprises, total en euros, totaal, bruto, totaal eur, total euros, importe, totale, totale eur, lordo, razem, ogółem, brutto, suma, łącznie, razem pln, invoice value, total value, gesamtpreis, montant, total pln",
    "tax": "taxes, steuern, taxes totales, belastingen, dazon btw, w tym vat",
    "vat_id": "tax no, tax number, steuernummer, steuer nr, tin, abn, numéro fiscal, fiscaal nummer, codice fiscale, c.f., regon, vat reg",
}

_PARTIES: dict[str, str] = {
    "seller": """
        seller, supplier, vendor, from, sold by, service provider, issued by, invoice from, bill from, supplier details, seller details, billed by, supplier name, vendor name, seller name, issuer, provider,
        verkäufer, lieferant, rechnungssteller, rechnungsersteller, aussteller, leistungserbringer, auftragnehmer, absender, lieferantenname, rechnung von,
        account holder, beneficiary, payable to, make payment to, kontoinhaber, titulaire du compte, bénéficiaire, titulaire, beneficiario, titular de la cuenta, intestatario conto, ten name van, tenaamstelling, odbiorca przelewu,
        émetteur, vendeur, fournisseur, prestataire, émis par, expéditeur, emetteur de la facture, nom du fournisseur, société émettrice,
        leverancier, verkoper, afzender, factuur van, opdrachtnemer,
        emisor, vendedor, proveedor, datos del emisor, expedidor, emitido por, datos del proveedor,
        fornitore, venditore, cedente, cedente prestatore, emittente, mittente, prestatore, dati fornitore,
        sprzedawca, dostawca, wystawca, wystawił, sprzedający, dane sprzedawcy
    """,
    "buyer": """
        buyer, bill to, billed to, invoice to, sold to, customer, client, invoice address, billing address, bill to address, invoiced to, billing to, customer name, customer details, buyer details, bill to party, charge to, invoicee, purchaser, buyer bill to, sold to party, guest name, client name, customer address, invoice for, issued to, recipient, account name, bill to customer, prepared for, quotation for, quote to, quotation to, to, messrs, attention invoice,
        käufer, kunde, rechnungsempfänger, leistungsempfänger, rechnungsadresse, rechnungsanschrift, auftraggeber, besteller, empfänger, käufer leistungsempfänger, kundenname, rechnung an, rechnungsempfänger kunde, kundenanschrift, kundenadresse, käuferin, kunde rechnungsempfänger, rechnungsadresse kunde,
        destinataire, acheteur, client facturé, facturé à, adresse de facturation, facturer à, nom du client, client acheteur, adressé à, nom client, doit, adresse facturation, facturation, nom de l'abonné, donneur d'ordre,
        klant, koper, afnemer, factuuradres, factureren aan, factuur aan, klantgegevens, opdrachtgever, debiteur, klantnaam, gefactureerd aan, factuur naar,
        cliente, comprador, facturar a, destinatario, dirección de facturación, datos del cliente, datos de facturación, nombre del cliente, facturado a, receptor,
        acquirente, cessionario, cessionario committente, committente, intestatario, fatturare a, spettabile, spett le, spett.le, intestata a, fatturato a, indirizzo di fatturazione, dati cliente, intestazione,
        nabywca, odbiorca, klient, kupujący, zamawiający, nabywca płatnik, dane nabywcy, płatnik
    """,
    "ship_to": """
        ship to, deliver to, delivery address, shipping address, consignee, consignee ship to, delivered to, ship to address, shipped to, delivery to, deliver at, goods recipient, place of delivery, delivery location, ship to party,
        lieferadresse, lieferanschrift, warenempfänger, versandadresse, lieferung an, lieferempfänger, abweichende lieferadresse, abladestelle, anlieferadresse, versand an, empfangsadresse, lieferort,
        adresse de livraison, livré à, livrer à, lieu de livraison, livraison à, adresse d'expédition, destinataire livraison, adresse livraison,
        afleveradres, leveradres, bezorgadres, verzendadres, afleveren aan, levering aan, verzenden naar,
        dirección de entrega, dirección de envío, enviar a, entregar en, lugar de entrega, entregar a,
        destinazione, luogo di destinazione, destinazione merce, indirizzo di consegna, indirizzo di spedizione, luogo di consegna, destinazione della merce, consegnare a, spedire a,
        adres dostawy, miejsce dostawy, dostawa do, adres wysyłki, odbiorca towaru, wysyłka do
    """,
    "other_party": """
        ship from, shipped from, contact, contact person, bank, bank details, bank name, remit to, ansprechpartner, kontakt, bankverbindung, sachbearbeiter, hersteller, versand von, steuervertreter, carrier, spediteur, transporteur, vettore, przewoźnik, transportista, tax representative, payee, sales person, salesperson, account manager, buyer requisitionner, requisitioner, approved by, prepared by, references, delivery terms, payment terms, bearbeiter, ihr ansprechpartner, interlocuteur, vervoerder, contactpersoon, bankgegevens, coordonnées bancaires, datos bancarios, dati bancari, agente, vendedor asignado, abweichender zahlungsempfänger, zahlungsempfänger, remittance address, manufacturer
    """,
}

TITLES: dict[str, str] = {
    "corrected_invoice": """
        rechnungskorrektur, korrekturrechnung, corrected invoice, correction invoice, stornorechnung, corrective invoice, facture rectificative, factura rectificativa, fattura rettificativa, faktura korygująca, rechnungsstorno, gecorrigeerde factuur, correctiefactuur, berichtigte rechnung, invoice correction, revised invoice, amended invoice, korekta faktury, storno rechnung, facture corrective
    """,
    "credit_note": """
        credit note, credit memo, credit memorandum, gutschrift, rechnungsgutschrift, avoir, facture d'avoir, note de crédit, creditnota, creditfactuur, credit factuur, nota de crédito, factura de abono, abono, nota di credito, nota di accredito, nota kredytowa, credit invoice, note d'avoir, kreditnota, sales credit note
    """,
    "order_confirmation": """
        order confirmation, order acknowledgement, order acknowledgment, sales order confirmation, auftragsbestätigung, bestellbestätigung, order response, confirmation de commande, accusé de réception de commande, orderbevestiging, opdrachtbevestiging, confirmación de pedido, confirmación del pedido, conferma d'ordine, conferma ordine, potwierdzenie zamówienia, purchase order response, acknowledgement of order, confirmation of order, sales order, acknowledgement, bestelbevestiging, ar de commande, purchase order confirmation, accusé réception de commande, conferma dell'ordine
    """,
    "order_change": """
        order change, change order, purchase order change, bestelländerung, modification de commande, bestelwijziging, modificación de pedido, variazione ordine, modifica ordine, zmiana zamówienia, änderungsbestellung, amended order, order amendment, auftragsänderung, wijziging bestelling, revised purchase order, purchase order amendment
    """,
    "delivery_note": """
        delivery note, packing slip, packing list, despatch note, dispatch note, despatch advice, dispatch advice, ship notice, advance ship notice, advance shipping notice, lieferschein, lieferavis, packliste, bon de livraison, bordereau de livraison, avis d'expédition, pakbon, leveringsbon, afleverbon, vrachtbrief, albarán, albarán de entrega, nota de entrega, documento di trasporto, bolla di consegna, ddt, dokument dostawy, wydanie zewnętrzne, wz, list przewozowy, dowód dostawy, delivery docket, shipping notice, warenbegleitschein, lista de empaque, specyfikacja dostawy, proof of delivery, shipment notice, versandanzeige, leverbon, documento di trasporto ddt, goods delivery note
    """,
    "quotation": """
        quotation, quote, offer, proposal, estimate, proforma, pro forma, proforma invoice, pro forma invoice, angebot, kostenvoranschlag, offerte, proformarechnung, devis, offre de prix, facture proforma, facture pro forma, prijsopgave, proformafactuur, pro forma factuur, presupuesto, cotización, oferta, factura proforma, preventivo, offerta, fattura proforma, wycena, faktura proforma, faktura pro forma, sales quotation, price quotation, proposition commerciale, kalkulacja, oferta cenowa, offre commerciale, preisangebot
    """,
    "order": """
        purchase order, bestellung, bon de commande, bestelling, inkooporder, orden de compra, pedido, pedido de compra, ordine d'acquisto, ordine di acquisto, ordine, zamówienie, bestelbon, einkaufsbestellung, zamówienie zakupu, commande, bestellauftrag, order form, purchase order copy, commande d'achat, blanket order, ordine a fornitore
    """,
    "invoice": """
        invoice, tax invoice, vat invoice, commercial invoice, sales invoice, rechnung, handelsrechnung, warenrechnung, kostenrechnung, schlussrechnung, teilrechnung, abschlagsrechnung, sammelrechnung, monatsrechnung, facture, factuur, factura, fattura, faktura, faktura vat, bill, payment receipt, receipt, statement, project statement, beitragsrechnung, retail invoices bill, retail invoice, fattura accompagnatoria, fattura immediata, factura simplificada, parcella, rachunek, invoice summary, nota, self billed invoice, self billing invoice, selbst ausgestellte rechnung, autofacture, autofacturation, facture de vente, facture de solde, kopie factuur, rechnungskopie, verkoopfactuur, sammelfaktura, dauerrechnung, mietrechnung, faktura sprzedaży, fattura differita, honorarrechnung, final invoice, service invoice, bill of supply, lieferantenrechnung, duplikat rechnung, ausgangsrechnung, facture d'acompte, anzahlungsrechnung, e rechnung, energierechnung, dienstleistungsrechnung, invoice copy, copy invoice, einzelrechnung, factuur kopie, duplicate invoice, facture acquittée
    """,
}
"""Titles by document type."""

COLUMNS: dict[str, str] = {
    "position": """
        pos, position, item no., line, line no, ln, no, nr, #, sl no, s no, sr no, lfd nr, ligne, n° ligne, regel, línea, riga, lp, l p, poz, pos nr, posten, s.no, sno, sl, lfd, item #, row, id, l.p., n°, pozycja, posn, rg, line #, item, ln no, n
    """,
    "seller_item_id": """
        item number, item code, article no, article number, article, art no, part no, part number, product code, product no, product id, sku, item id, material, code, catalog no, catalogue no, model, stock code, mpn, supplier item, product number, item ref, gtin, ean, isbn, isbn ean, ean code, hsn sac, hsn, ref, seller item, supplier code, product ref, stock no,
        artikel nr, artikelnr, artikelnummer, art nr, artnr, artikel no, materialnummer, material nr, teilenummer, produktnummer, produkt nr, art nr lief, art nr lieferant, unsere art nr, unsere artikelnummer, sachnummer, bestellnr, bestell nr, artikelcode, artikel id, lieferanten artikelnummer, artikelnr lieferant, ean nr, teile nr, ident nr,
        référence, réf, code article, réf article, référence article, code produit, réf produit, code, article n°, n° article, ref., no article, référence produit,
        artikelcode, productcode, productnummer, artikelnummer, artikelnr, bestelcode, artikel code,
        referencia, código, cód, código artículo, código producto, ref, cod, cod artículo, código de artículo, ref artículo,
        codice, codice articolo, cod articolo, cod art, cod, rif, codice prodotto, articolo, cod.,
        kod, indeks, symbol, kod towaru, numer artykułu, nr katalogowy, kod produktu, nr artykułu, indeks towaru, numer katalogowy, pkwiu, kod ean
    """,
    "buyer_item_id": """
        your item, your item no, your part no, customer item, customer item no, customer part no, buyer item, your article no, customer part number, your material, customer material, buyer part no, your ref, your code, customer item code, your part number,
        art nr kunde, ihre artikelnummer, ihre art nr, kundenartikelnummer, kunden artikelnummer, kundenmaterial, kundenmaterialnummer, ihre materialnummer, artikelnr kunde, kunden art nr, ihre artikel nr,
        votre référence, réf client, référence client, votre réf, code client article, uw artikelnummer, uw artikelcode, uw code, su referencia, su código, ref cliente, vostro codice, codice cliente, vs codice, kod klienta, kod nabywcy, uw artikelnr, klant artikelnummer
    """,
    "name": """
        description, item, items, product, product name, item description, goods, particulars, details, product description, service, article description, title, description of goods, item name, goods description, services, work description, material description, activity, description of services, item details, products, article name, item & description, product service, product/service, description/price,
        beschreibung, bezeichnung, artikel, artikelbezeichnung, artikelbeschreibung, leistung, produkt, text, produktbezeichnung, warenbezeichnung, leistungsbeschreibung, leistungsbezeichnung, beschreibung preis, positionstext, benennung, artikeltext, materialbezeichnung, artikelname, ware, tätigkeit, artikel bezeichnung, leistung artikel, titel, gegenstand, produktbeschreibung, bezeichnung der leistung,
        désignation, libellé, description, article, produit, prestation, intitulé, désignation article, descriptif, désignation des articles, désignation du produit, nom du produit, détail, nature des prestations, désignation produit,
        omschrijving, artikel, artikelomschrijving, product, beschrijving, dienst, productomschrijving, productnaam, naam, werkzaamheden, onderwerp, artikelnaam,
        descripción, concepto, artículo, producto, detalle, descripción del producto, denominación, descripción artículo, descripción del artículo, servicio, conceptos,
        descrizione, articolo, prodotto, descrizione articolo, descrizione dei beni, natura e qualità dei beni, descrizione prodotto, descrizione dei beni natura e qualità, descrizione beni, descrizione beni e servizi, servizio, natura e qualita,
        nazwa, opis, nazwa towaru, towar, nazwa towaru lub usługi, nazwa towaru usługi, usługa, nazwa artykułu, opis towaru, nazwa produktu, produkt, nazwa usługi, nazwa i opis, nazwa towaru/usługi, opis produktu, asortyment
    """,
    "quantity": """
        quantity, qty, qty., units, hours, quantity shipped, qty shipped, shipped, quantity delivered, qty delivered, ordered qty, order qty, invoiced qty, qty unit, no of units, delivered, hrs, quantity confirmed, confirmed qty, confirmed quantity, billed qty, quantity billed, pcs, delivered qty, delivered quantity, invoiced quantity, ship qty, hrs/qty, qty/hrs, hours/qty, days,
        menge, anzahl, liefermenge, mge, stück, stk, gelieferte menge, geliefert, bestätigte menge, auftragsmenge, menge einheit, stückzahl, anz, stunden, menge geliefert, rechnungsmenge, verrechnete menge, std,
        quantité, qté, qte, nombre, nb, quantité livrée, qté livrée, heures, qté livr, nbre, quantités, qté facturée, quantité confirmée, qtés,
        aantal, hoeveelheid, aantal stuks, stuks, geleverd, uren, aantal geleverd, geleverd aantal, bevestigd aantal,
        cantidad, cant, uds, unidades, horas, ud, cantidad servida, cantidad entregada, cantidad confirmada, servido,
        quantità, qta, q tà, quant, q.tà, qtà, ore, q.ta, quantità consegnata, quantita, qt, q ta,
        ilość, szt, liczba, ilość dostarczona, ilosc, godziny
    """,
    "ordered_quantity": "ordered, quantity ordered, qty ordered, bestellt, bestellmenge, bestellte menge, commandé, qté commandée, quantité commandée, besteld, besteld aantal, aantal besteld, pedido, cantidad pedida, ordinato, quantità ordinata, zamówiono, ilość zamówiona, menge bestellt, qté cdée, backorder, back ordered, backordered, rückstand, reliquat, outstanding, remaining, restmenge, reste à livrer, in backorder, offen, open qty, rest, pendiente, residuo",
    "unit": """
        unit, uom, u m, unit of measure, unit of measurement, u/m, measure, um, ut,
        einheit, me, eh, meng einheit, mengeneinheit, einh, me., mengen einheit, meng.-einheit, mengenheit,
        unité, u, eenheid, ehd, unidad, un, ud, unità, u.m., unità di misura, jm, j m, jedn, jednostka, j.m., jedn miary, jednostka miary, unidad de medida, eenh, vpe, packaging, pack, verpackungseinheit
    """,
    "unit_price": """
        unit price, price, rate, unit cost, price per unit, price each, each, unit net price, net unit price, net price, unit price net, cost, price/unit, unit rate, price eur, unit value, item price, list price net, unit price eur, price unit, hourly rate, unit price usd, unit price excl vat, price per, net unit, price usd, unit amount, price gbp, unit price gbp, rate/price, price/qty, rate price,
        preis, einzelpreis, stückpreis, nettopreis, e preis, ep, preis pro einheit, preis einheit, einzelpreis eur, einzelpreis netto, vk preis, preis/einheit, preis eur, einzel, einzelbetrag, netto einzelpreis, preis pro stück, e-preis, einzelpreis in eur, preis netto, vk-preis, stundensatz, einheitspreis, preis je einheit, preis stk, stk preis, netto preis, preis in eur, einzel eur, vk-preis ohne mwst, stückpreis netto,
        prix unitaire, p u, pu, prix, pu ht, prix unitaire ht, p u ht, prix u ht, prix unit, p.u. ht, p.u., prix net, prix unit ht, tarif, prix unitaire net, pu net, prix ht, prix u., pu net ht, p.u. net, prix/unité, taux horaire,
        prijs, stuksprijs, prijs per stuk, eenheidsprijs, prijs per eenheid, prijs stuk, prijs/st, stukprijs, netto prijs, nettoprijs, p/st, tarief, prijs excl btw, per stuk, prijs p/st, prijs p/s, stuksprijs excl btw, prijs per st,
        precio, precio unitario, p unitario, p unit, precio unit, precio ud, p.u., precio/ud, precio neto, precio unidad, p/u, tarifa, precio un, pvp, precio uni,
        prezzo, prezzo unitario, pr unitario, p unitario, prezzo unit, prezzo netto, costo unitario, prezzo un, valore unitario, importo unitario, pr unit, prezzo/u,
        cena, cena netto, cena jednostkowa, cena jedn, cena jedn netto, cena jednostkowa netto, cena j netto, cena jm, cena jednostkowa netto zł, cena j.
    """,
    "gross_price": "gross price, list price, bruttopreis, listenpreis, prix brut, prix public, brutoprijs, adviesprijs, precio bruto, precio tarifa, prezzo lordo, prezzo di listino, cena brutto, cena katalogowa, rrp, msrp, unit price incl vat, price incl vat, catalogusprijs, prix catalogue, prix unit brut, pu brut, listino, cena przed rabatem, original price, cena jedn brutto, preis inkl mwst, prix ttc, pu ttc, prix unitaire ttc, einzelpreis brutto",
    "price_basis": "per, price unit, price per qty, pe, preiseinheit, vke geb, base qty, charge base qty, basis, par, prijs per, prijseenheid, por, unidad de precio, za, basismenge, pro, price basis, pe., unité de prix, prezzo per, je, p.e., pkg, preis pro, preis per, price base",
    "discount": "discount, disc, disc %, discount %, rabatt, rabatt %, rab, remise, rem, remise %, korting, korting %, descuento, dto, dto %, sconto, sc %, rabat, rabat %, upust, desc, % dto, % rem, nachlass, rem %, disc., % disc, rab %, sconto %, sc, desc %, discount or charge, reduc, réduction, %rem, discounts, zu abschlag, allowances & charges, allowances charges, zu/abschlag, abschlag, % sconto, % sc",
    "tax_rate": "vat, vat %, tax, tax %, vat rate, tax rate, taxes, gst, mwst, mwst %, ust, ust %, steuersatz, steuer, tva, tva %, taux tva, btw, btw %, iva, iva %, tipo iva, al iva, aliquota, aliquota iva, stawka vat, vat (%), cst, gst %, steuersatz %, % tva, % btw, % iva, taux, ust satz, mwst satz, stawka, tax code, st, btw tarief, cod iva, c.iva, mwst.-%, st %, steuercode, steuerschlüssel, code tva, % vat, vat code, btw perc, % mwst, mwst-satz, c iva",
    "tax_amount": "vat amount, tax amount, mwst betrag, steuerbetrag, montant tva, btw bedrag, importe iva, cuota iva, imposta, kwota vat, wartość vat, ust betrag, kwota podatku, cuota, igst, cgst, sgst, importo iva",
    "net_amount": """
        amount, total, line total, net amount, total price, extended price, ext price, extension, net total, line amount, total net, value, net value, line net, total amount, subtotal, net, amount eur, total eur, line total net, net line amount, amount excl vat, total excl vat, amount usd, price total, taxable value, extended amount, ext amount, ext. price, total ex vat, line value, total usd, total gbp, amount gbp, amount net, sum, extended, ext, total cost, amount ex vat, subtotal excl vat, net price total,
        betrag, gesamt, gesamtpreis, summe, nettobetrag, gesamtbetrag, gesamt eur, netto, betrag eur, nettowert, pos betrag, positionsbetrag, zeilenbetrag, gesamtpreis eur, warenwert, wert, g preis, gesamt netto, betrag netto, positionswert, gp, gesamtpreis netto, zeilenbetrag ohne mwst, g-preis, betrag in eur, positionssumme, netto eur, gesamtpreis in eur, pos-betrag ohne ust, summe eur, netto betrag, zeilensumme, entgelt, vergütung, nettosumme, gesamtnetto, pos.-betrag, gesamtwert, nettogesamt, preis gesamt, total netto, endpreis, summe netto, nettowarenwert, gesamt in eur, total chf, betrag chf, positionspreis,
        montant, montant ht, total ht, prix total, montant net, total, montant eur ht, prix total ht, total ligne ht, total net ht, mt ht, net ht, total net, total ligne, montant total, montant total ht, valeur, montant net ht, total h.t., montant h.t., sous total, prix ht total, mnt ht,
        bedrag, totaal, totaalprijs, regelbedrag, totaal excl btw, bedrag excl btw, nettobedrag, regeltotaal, subtotaal, totaal bedrag, netto bedrag, totaalbedrag, bedrag eur, bedrag (ex btw), bedrag ex btw, totaal ex btw, totale prijs, prijs totaal, totaal eur, netto totaal,
        importe, total, importe neto, precio total, subtotal, total neto, neto, total línea, valor, importe total, importe eur, base imponible, total importe,
        importo, totale, prezzo totale, importo netto, totale netto, imponibile, totale riga, valore, importo eur, totale imponibile, prezzo complessivo, importo totale, totale eur, tot riga,
        wartość, wartość netto, kwota, razem, suma, kwota netto, wartość netto zł, wartość sprzedaży netto, razem netto, łącznie, wart netto
    """,
    "gross_line": "total incl vat, amount incl vat, gross amount, gross, total ttc, montant ttc, montant eur ttc, bruttobetrag, brutto, betrag brutto, wartość brutto, kwota brutto, totaal incl btw, bedrag incl btw, prijs incl btw, total con iva, totale ivato, total inc vat, importe con iva, prix ttc, wartość sprzedaży brutto, gesamt brutto, gesamtpreis brutto, total incl, razem brutto, total gross, importo ivato, prix total ttc, totale lordo",
    "delivery_date": "delivery date, delivery, due date, ship date, date, requested, requested delivery date, promised date, delivery week, liefertermin, lieferdatum, termin, liefer datum, datum, date de livraison, date livraison, livraison, délai, leverdatum, levering, levertijd, fecha entrega, fecha de entrega, entrega, fecha, data consegna, consegna, termin dostawy, data dostawy, lieferwoche, confirmed date, expected date, est delivery, bestätigter liefertermin, wunschtermin, leverweek, date prévue, confirmed delivery date, promise date, lieferung, delivery dt, schedule date, plazo, data, scheduled date, ship by, kw, ddp, expected delivery",
    "other": "status, line status, weight, gewicht, poids, origin, herkunft, reason, lot, batch, charge, serial, hs code, tariff, account, konto, cost center, kostenstelle, warehouse, lager, product ID, order, order no, po, ordernummer, gewicht kg, weight kg, net weight, gross weight, pallet, packages, colli, colis, location, lagerort, bin, lagerplatz, chargennr, chargennummer, batch no, seriennummer, serial no, partia, waga, peso, lotto, lote, commande, bestellung, country of origin, hts, zolltarifnummer, warennummer, commodity code, colli nr, ursprung, land, job, project, projekt, kunden ref, po line, bestellpos, order line, best pos",
}
"""Column headings of item tables by the line field they hold; those that hold none are there to be told apart."""

UNITS: frozenset[str] = frozenset(
    key_of(unit)
    for unit in [
        "pc",
        " pcs",
        " piece",
        " pieces",
        " ea",
        " each",
        " unit",
        " units",
        " set",
        " sets",
        " pair",
        " pairs",
        " prs",
        " box",
        " boxes",
        " bx",
        " pack",
        " packs",
        " pk",
        " pkg",
        " case",
        " cases",
        " cs",
        " ct",
        " ctn",
        " carton",
        " cartons",
        " roll",
        " rolls",
        " rl",
        " bag",
        " bags",
        " bottle",
        " can",
        " dozen",
        " dz",
        " doz",
        " hour",
        " hours",
        " hr",
        " hrs",
        " h",
        " day",
        " days",
        " week",
        " weeks",
        " month",
        " months",
        " mo",
        " year",
        " years",
        " kg",
        " g",
        " gr",
        " mg",
        " t",
        " to",
        " l",
        " lt",
        " ltr",
        " ml",
        " cl",
        " m",
        " mtr",
        " mm",
        " cm",
        " km",
        " m2",
        " m3",
        " m²",
        " m³",
        " qm",
        " cbm",
        " sqm",
        " ft",
        " in",
        " yd",
        " lb",
        " lbs",
        " oz",
        " gal",
        " kwh",
        " mwh",
        " min",
        " sheet",
        " sheets",
        " c62",
        " h87",
        " pce",
        " xpk",
        " xbx",
        " hur",
        " kgm",
        " mtk",
        " ltr",
        " mtq",
        " nar",
        " nmp",
        " pr",
        " ls",
        " lump sum",
        " license",
        " licenses",
        " user",
        " users",
        " tube",
        " tubes",
        " reel",
        " pallet",
        " pallets",
        " plt",
        " drum",
        " stück",
        " stk",
        " st",
        " stck",
        " psch",
        " pauschal",
        " pauschale",
        " std",
        " stunde",
        " stunden",
        " tag",
        " tage",
        " monat",
        " monate",
        " jahr",
        " paar",
        " pkt",
        " paket",
        " pakete",
        " karton",
        " kt",
        " krt",
        " kart",
        " dose",
        " flasche",
        " fl",
        " rolle",
        " rollen",
        " rol",
        " sack",
        " beutel",
        " satz",
        " eimer",
        " kanister",
        " lfm",
        " vpe",
        " ve",
        " pal",
        " palette",
        " mon",
        " woche",
        " wochen",
        " tsd",
        " gebinde",
        " geb",
        " bund",
        " tafel",
        " blatt",
        " bl",
        " dtz",
        " liter",
        " meter",
        " pièce",
        " pièces",
        " unité",
        " unités",
        " u",
        " boîte",
        " boîtes",
        " bte",
        " paquet",
        " lot",
        " lots",
        " heure",
        " heures",
        " jour",
        " jours",
        " mois",
        " rouleau",
        " carton",
        " sac",
        " forfait",
        " ff",
        " pce",
        " palette",
        " jeu",
        " paire",
        " sachet",
        " ml",
        " stuk",
        " stuks",
        " doos",
        " dozen",
        " uur",
        " uren",
        " dag",
        " dagen",
        " maand",
        " maanden",
        " rol",
        " zak",
        " pak",
        " paar",
        " set",
        " fles",
        " ud",
        " uds",
        " unidad",
        " unidades",
        " caja",
        " cajas",
        " hora",
        " horas",
        " día",
        " días",
        " mes",
        " meses",
        " paquete",
        " par",
        " bolsa",
        " rollo",
        " pza",
        " pzas",
        " pieza",
        " piezas",
        " pz",
        " pezzo",
        " pezzi",
        " nr",
        " n",
        " conf",
        " confezione",
        " confezioni",
        " scatola",
        " scatole",
        " ora",
        " ore",
        " giorno",
        " giorni",
        " mese",
        " cad",
        " paio",
        " cf",
        " rotolo",
        " szt",
        " sztuka",
        " sztuki",
        " sztuk",
        " opak",
        " op",
        " kpl",
        " godz",
        " usł",
        " mb",
        " karton",
        " para",
        " m-c",
        " rolka",
        " but",
        " ryza",
        " kompl",
        " usl",
    ]
)
"""Units as printed behind or beside a quantity."""


@dataclass(frozen=True, slots=True)
class Label:
    """A field that a phrase names."""

    field: str
    strong: bool


def _phrases(block: str) -> list[str]:
    return [key for phrase in block.replace("\n", " ").split(",") if (key := key_of(phrase))]


@cache
def field_labels() -> dict[str, tuple[Label, ...]]:
    """Labels of header fields by their key."""
    return _table((_STRONG, True), (_WEAK, False))


@cache
def party_labels() -> dict[str, tuple[Label, ...]]:
    """Labels of party blocks by their key."""
    return _table((_PARTIES, True))


@cache
def column_labels() -> dict[str, tuple[Label, ...]]:
    """Column headings of item tables by their key."""
    return _table((COLUMNS, True))


@cache
def title_labels() -> dict[str, tuple[Label, ...]]:
    """Document titles by their key."""
    return _table((TITLES, True))


def _table(*blocks: tuple[dict[str, str], bool]) -> dict[str, tuple[Label, ...]]:
    table: dict[str, list[Label]] = {}
    for block, strong in blocks:
        for name, text in block.items():
            for key in _phrases(text):
                known = table.setdefault(key, [])
                if all(label.field != name for label in known):
                    known.append(Label(name, strong))
    return {key: tuple(labels) for key, labels in table.items()}
