"""Words that say what a sentence does: asks, reports a problem, promises, sets a date. Five languages at once.

The patterns of `_words` are searched in lower-case text.
"""

from __future__ import annotations

import re


def _words(*alternatives: str) -> re.Pattern[str]:
    """A pattern for whole words and phrases of lower-case text; alternatives stand grouped by their first letter,
    since a long flat alternation is tried word by word at every place."""
    groups: dict[str, list[str]] = {}
    for one in _split("|".join(alternatives)):
        literal = one[0].isalpha() and one[1:2] not in {"?", "*", "{"}
        groups.setdefault(one[0] if literal else "", []).append(one[1:] if literal else one)
    branches = [f"{letter}(?:{'|'.join(rests)})" for letter, rests in sorted(groups.items(), reverse=True)]
    return re.compile(rf"(?<!\w)(?:{'|'.join(branches)})(?!\w)")


def _split(pattern: str) -> list[str]:
    """The alternatives of a pattern, cut at the bars that stand in no group."""
    found, depth = [""], 0
    for character in pattern:
        depth += (character == "(") - (character == ")")
        if character == "|" and depth == 0:
            found.append("")
        else:
            found[-1] += character
    return [one for one in found if one]


ASK = _words(
    # en
    r"please(?! find| note| see attached| be (?:informed|advised|aware)| accept our)",
    r"(?:can|could|would|will) (?:you|u|someone|somebody|anyone)|kindly|let (?:me|us) know|we (?:would|'d) (?:like|"
    r"need)",
    r"i (?:would|'d) like (?:to|you)|(?:we|i) (?:need(?! to)|require|want|request|ask|expect|"
    r"demand)(?: you)?|need you to",
    r"(?:i am|we are|i'm|we're) (?:asking|requesting|waiting for|awaiting)|asap|send (?:me|us)|advise|"
    r"confirm(?: whether| if| that)",
    r"requesting|would appreciate|get back to|(?:i|we)(?: would|'d)? (?:want|like) to know|wondering (?:if|when|"
    r"whether)",
    r"would you|any chance|pls|(?:needs? to|must|has to|have to|should) (?:be|go|come|arrive|get|reach)|"
    r"don['’]t (?:ship|send|deliver|bother)|knock .{1,12} off",
    # de
    r"bitte(?! beachten)|könn(?:t?en|test?) (?:sie|ihr|du)|würden (?:sie|ihr)|wir (?:bitten|benötigen|brauchen|"
    r"möchten|wünschen|erwarten|verlangen|fordern)",
    r"will (?:ich|wir)? ?wissen|(?:wollte|möchte) .{0,20}(?:wissen|fragen)|ersuche[n]?|um rücksprache|ich (?:bitte|"
    r"benötige|brauche|möchte|erwarte)|bitten (?:wir|sie)|teilen sie|senden sie|schicken sie|geben sie|"
    r"lassen sie|prüfen sie|um rückmeldung|um (?:eine )?(?:bestätigung|gutschrift|rückruf|klärung|prüfung|mitteilung)",
    r"brauch(?:e|en|t)? (?:ich|wir)|(?:schick|send|liefer|stornier|korrigier|tausch|hol|gebt|lass|mach|schau)(?:t|e)? "
    r"(?:mir|uns|ihr|es|sie|das|die|den|bitte|mal)|weg damit|muss (?:\w+ ){0,4}(?:weg|raus|her|ab)|"
    r"(?:bitte|dann) (?:um|ab|an|nur|noch|weiter|trotzdem)|okay bis",
    # fr
    r"merci de|merci d['’](?!avance)\w+|pourriez|pouvez|pourrais-tu|veuillez(?! trouver| noter)|nous (?:demandons|"
    r"souhaitons|souhaiterions|"
    r"voudrions|voulons|avons besoin|vous demandons|vous prions|attendons)",
    r"je (?:souhaite|souhaiterais|voudrais|demande|vous demande|vous prie)|j'ai besoin|prière de|s'il vous pla[iî]t|"
    r"svp|"
    r"j'aimerais|nous aimerions|tenez-nous|dites-nous|faites-nous|envoyez|confirmez|indiquez",
    r"(?:annul|rembours|corrig|refai|mett|livr|repren|factur|lanc|gard|rappel|remplac|expédi|command|arrêt|laiss)"
    r"(?:ez|tes|ons)(?:-(?:moi|nous|le|la|les|lui))?|il (?:me|nous|lui|leur) (?:en )?faut|livre au|"
    r"ne (?:me |nous )?(?:facturez|livrez|envoyez)",
    # es
    r"(?:quer[íi]a|gustaría|quiero) saber|por favor|rogamos|ruego|(?:puede|podría|pueden|podrían|podéis|"
    r"puedes)(?:n?os)?|necesitamos|necesito|quisiera|"
    r"quisiéramos|queremos|quiero|solicit(?:o|amos)|"
    r"agradecer[íi](?:a|amos)|les? pedimos|pedimos|envíe(?:n|nos|me)?|confirme(?:n|nos)?|indíque(?:n?nos|me)?|"
    r"esperamos (?:su|una|que)|háganos|díganos|avísenos",
    r"(?:anul|par|recog|mand|envi|devolv|cambi|respet|llev|revis|mir|reenvi|quit|retir)(?:ad|ed|id|en|an)"
    r"(?:me|nos|lo|la|los|las)?|(?:mánda|envía|anúla|cámbia|devuélve|lléva|dí|quíta)(?:me|nos|lo|la|melo|noslo)?|"
    r"(?:me|nos) hacen? falta|no (?:me|nos|lo|los|las) (?:cobr|factur|mand|envi|entreg)\w+",
    # nl
    r"graag|wil(?:len)? .{0,12}weten|bel (?:jij|je|me|mij|ons)|gelieve|kun(?:t|nen)? (?:u|jullie|je)|"
    r"zou(?:den)? (?:u|jullie|je)|wilt u|willen (?:jullie|we|wij)|"
    r"wij? (?:verzoeken|vragen|hebben .{0,30} nodig|willen|wensen|verwachten)|"
    r"ik (?:wil|zou|verzoek|vraag|verwacht)|alstublieft|a\.u\.b\.|laat (?:ons|me|mij|het) weten|stuur(?:t)?|"
    r"bevestig(?:t)?|verzoeke",
    r"mag (?:meteen |gelijk |ook )?(?:mee|retour|terug|weg|eraf)|(?:allebei|die|het|er) (?:moet(?:en)? )?(?:eraf|weg)|"
    r"(?:heb|hebben) (?:ik|wij?) .{0,20}nodig|moet(?:en)? (?:\w+ ){0,4}(?:weg|eraf|komen|zijn|terug)|"
    r"kijk (?:even|gelijk)",
)
IMPERATIVE = re.compile(
    r"^(?:and |und |et |y |en |also |then |so )?(?:"
    r"(?:cancel|send|confirm|check|change|replace|credit|refund|ship|deliver|hold|stop|resend|correct|update|advise|"
    r"arrange|collect|release|call|reply|issue|invoice|add|remove|reduce|increase|expedite|quote|split|book|modify|"
    r"exchange|return|track)"
    r"(?= (?:#|the|us|me|it|them|this|these|that|our|my|your|all|an?|as|to|with|line|order|only|if|whether|when|back|"
    r"by|"
    r"everything|what|how)\b)|"
    r"do not (?:ship|deliver|send|invoice)|don't (?:ship|deliver|send)|"
    r"(?:storniere|sende|schicke|bestätige|prüfe|ändere|liefere)(?:n sie)?|"
    r"annulez|envoyez|confirmez|vérifiez|modifiez|livrez|remplacez|"
    r"anul[ea]n?|cancelen?|envíen?|confirmen?|revisen?|cambien?|"
    r"annuleer|stuur|bevestig|controleer|wijzig|lever)\b",
    re.IGNORECASE,
)
QUESTION = re.compile(
    r"^(?:and |und |et |y |en |so |also )?(?:"
    r"how (?:do|does|can|could|long|much|many|soon|is|are)|where (?:is|are|do|does|can|did)|"
    r"when (?:is|are|will|can|do|does|did)|what (?:is|are|was|were|do|does|happened|about|if)|why|is there|are there|"
    r"any (?:news|update|idea|chance)|(?:do|did|have|has|are|can|could|will) (?:you|i|we|the|my|our)|"
    r"wo (?:ist|sind|bleibt|bleiben)|wann|warum|wieso|wie (?:lange|viel|viele|kann|können|ist)|haben sie|gibt es|"
    r"ist es möglich|was ist|wurde|können (?:sie|wir)|kann (?:ich|man)|"
    r"où (?:est|sont|en)|quand (?:est|sera|seront|pouvez|allez|aurons)|pourquoi|est-ce que|comment|avez-vous|y a-t-il|"
    r"quel(?:le)?s? (?:est|sont)|peut-on|puis-je|"
    r"cuándo|dónde|por qué|cómo|cuál|cuánto|hay alguna?|es posible|"
    r"wanneer (?:is|komt|kan|kunnen|wordt|krijgen|ontvangen)|waar (?:is|zijn|blijft|blijven)|waarom|"
    r"hoe (?:lang|kan|veel|kunnen)|kan ik|kunnen wij?|is het mogelijk|heeft u|is er)\b",
    re.IGNORECASE,
)
"""How a question begins, for those who do not write the question mark."""
PROBLEM = _words(
    # en
    r"crushed|soaked|wet|unusable|dented|scratched|torn|useless|not|(?:do|does|did|is|are|was|were|has|have|"
    r"had)n['’]t|nobody|nothing|miss(?:ing|ed)|wrong|incorrect|damaged?|"
    r"broken|crack(?:ed|s)|bent|leak(?:ing|ed|s)?|rust(?:y|ed)?|defect(?:ive|"
    r"s)?|faulty|late|delay(?:ed|s)?|overdue|short(?:age|ed|fall)?|"
    r"not (?:arrived?|received?|delivered|shipped|been|yet|in stock|available|match|correct|working|able)|never|lost|"
    r"stuck|"
    r"back ?order(?:ed)?|out of stock|discontinued|unable|cannot|can't|won't|failed?|error|rejected|refused|"
    r"dispute[ds]?|"
    r"overcharged?|mismatch|discrepanc(?:y|ies)|differ(?:s|ent|ence)?|instead of|problem|issue|complain(?:t)?|"
    r"exceed(?:s|ed)?|blocked|on hold|"
    r"duplicate|twice|unpaid|return(?:ed|ing)?|cancel(?:led|ed)?|unfortunately|but only|too (?:much|many|few|little|"
    r"high|low)|still (?:no|not|nothing|waiting|open)|stops?|stopped|standing still|short of",
    # de
    r"fehl(?:t|en|ende[nrs]?|menge|erhaft)|falsch(?:e[nrs]?)?|beschädig(?:t|te[nrs]?|ung)|defekt(?:e[nrs]?)?|kaputt|"
    r"gebrochen|verbogen|verspät(?:et|ung)|verzögert?|verzögerung|"
    r"verzug|überfällig|nicht|kein(?:e[nrsm]?)?|leider|verloren|mangel(?:haft)?|mängel|reklam(?:ation|ieren|iert)|"
    r"abweich(?:t|ung|end|ungen)|differenz|statt|"
    r"zu (?:viel|wenig|hoch|spät)|gesperrt|storn(?:iert|ierung|ieren|o)|doppelt|rückstand|lieferrückstand|"
    r"unvollständig|fehler|abgelehnt",
    # fr
    r"manqu(?:e|ent|ant|ants|ante|antes)|erroné(?:e|s|es)?|incorrecte?s?|endommagé(?:e|s|es)?|cass(?:é|ée|és|ées)|"
    r"abîmé(?:e|s|es)?|défectueu(?:x|se|ses)|défauts?|retard|en retard|retardé(?:e|s)?|"
    r"pas|jamais|aucune?|malheureusement|perdue?s?|rupture|indisponible|litige|réclamation|écart|différen(?:ce|t|te)|"
    r"au lieu de|erreur|bloquée?|annul(?:é|ée|er|ation)|impayé(?:e|s)?|refusée?|"
    r"en double|trop",
    # es
    r"falta(?:n|ba|ban|nte|ntes)?|equivocad[oa]s?|incorrect[oa]s?|dañad[oa]s?|rot[oa]s?|defectuos[oa]s?|retras(?:o|"
    r"ado|ada|ados)|demora|no (?:ha|han|hemos|se|está|están|coincide|llega|ha llegado|recibimos)|"
    r"nunca|ningun[oa]?|lamentablemente|perdid[oa]s?|agotad[oa]s?|disputa|reclamación|diferencia|en lugar de|"
    r"en vez de|error|bloquead[oa]|cancelad[oa]|impagad[oa]|vencid[oa]s?|rechazad[oa]|duplicad[oa]|demasiado",
    # nl
    r"ontbreekt|ontbreken|verkeerde?|fout(?:e|ief|ieve)?|beschadigd?e?|kapotte?|defecte?|vertraag(?:d|de)|vertraging|"
    r"te (?:laat|weinig|veel|hoog)|niet|geen|nooit|helaas|kwijt|zoek(?:geraakt)?|tekort|"
    r"achterstallig|afwijking|afwijkend|verschil|in plaats van|klacht|geblokkeerd|geannuleerd|dubbele?|geweigerd|"
    r"mist|missen",
    r"zerdrückt|nass|durchnässt|unbrauchbar|verbeult|zerkratzt|gerissen|reiß(?:t|en)|écrasé(?:e|s|es)?|mouillé(?:e|s|"
    r"es)?|inutilisables?|fendue?s?|"
    r"déchiré(?:e|s|es)?|aplastad[oa]s?|mojad[oa]s?|inservibles?|inutilizables?|abollad[oa]s?|geplet|nat|onbruikbaar|"
    r"gedeukt|gescheurd",
)
PROMISE = _words(
    r"promis(?:e[ds]?|ing)|agreed|confirm(?:ed|ation)|committed|guarantee[ds]?|scheduled|expected|eta|will (?:ship|"
    r"be|deliver|arrive|send|leave|pay)|according to|quoted|contract|as per",
    r"zugesagt|zusage|versprochen|vereinbart|bestätigt(?:e[nrs]?)?|auftragsbestätigung|geplant|voraussichtlich|"
    r"werden (?:wir|am)|laut|gemäß|angebot(?:en)?|vertrag",
    r"promis(?:e)?|convenu(?:e)?|confirm(?:é|ée|ation)|prévu(?:e|s)?|garanti(?:e)?|selon|sera (?:livrée?|expédiée?)|"
    r"devis|contrat",
    r"prometi(?:do|eron|mos)|acordad[oa]|confirmad[oa]|previst[oa]|según|se enviará|oferta|contrato|garantizad[oa]",
    r"toegezegd|beloofd|afgesproken|bevestigd(?:e)?|gepland|verwacht(?:e)?|volgens|zal (?:worden|geleverd)|offerte|"
    r"contract",
)
DEADLINE = _words(
    r"by (?:monday|tuesday|wednesday|thursday|friday|tomorrow|tonight|noon|end of|eod|\w+ \d|\d)|until|deadline|"
    r"urgent(?:ly)?|immediately|today|tomorrow|latest|asap|as soon as possible|before|within|no later than|"
    r"this (?:week|morning|afternoon)|next week|line (?:is )?down|production|penalt(?:y|ies)|safety|injur(?:y|ed)",
    r"bis (?:zum|spätestens|morgen|montag|dienstag|mittwoch|donnerstag|freitag|ende|heute|\d+)|spätestens|dringend|"
    r"eilt|eilig|sofort|umgehend|heute|morgen|frist|schnellstmöglich|verletzt\w*|unfall|sicherheit|"
    r"so schnell wie möglich|diese woche|"
    r"nächste woche|kw ?\d+|stillstand|produktion|vertragsstrafe|vor dem",
    r"avant (?:le|la|lundi|mardi|mercredi|jeudi|vendredi|demain|fin|\d+)|d'ici|au plus (?:tard|vite)|urgent[e]?|"
    r"urgence|immédiatement|aujourd'hui|demain|délai|rapidement|dès que possible|blessé\w*|accident|sécurité|"
    r"cette semaine|la semaine prochaine|"
    r"production|pénalité[s]?",
    r"antes de(?:l)?|a más tardar|urgente(?:mente)?|inmediatamente|hoy|mañana|plazo|lo antes posible|herid[oa]s?|"
    r"accidente|seguridad|cuanto antes|"
    r"esta semana|la próxima semana|producción|penalización",
    r"vóór|voor (?:maandag|dinsdag|woensdag|donderdag|vrijdag|morgen|\d+)|uiterlijk|dringend|spoed(?:ig)?|"
    r"onmiddellijk|vandaag|morgen|zo snel mogelijk|gewond|ongeluk|veiligheid|zsm|deze week|volgende week|productie|"
    r"boete|deadline|binnen",
)
EVENT = _words(
    r"order(?:ed|s)?|invoice[ds]?|deliver(?:y|ed|ies)|ship(?:ped|ment|ments)?|pallets?|parcels?|price[sd]?|discount|"
    r"credit|payment|paid|receiv(?:ed|e)|quantity|items?|carrier|tracking|address|supplier|batch|purchase",
    r"bestell(?:t|ung|ungen|en)|rechnung(?:en)?|liefer(?:t|ung|ungen|n|schein|termin|adresse)|geliefert|sendung|"
    r"palette[n]?|paket[e]?|preis[e]?|rabatt|gutschrift|zahlung|erhalten|menge|artikel|auftrag|spedition|ware",
    r"command(?:e|es|é|ée)|facture[s]?|livr(?:aison|ée?s?|é)|expédi(?:tion|é|ée)|palette[s]?|colis|prix|remise|avoir|"
    r"paiement|reçu[es]*|quantité|article[s]?|transporteur|adresse|fournisseur",
    r"pedido[s]?|factura[s]?|entrega(?:do|da|s)?|env(?:ío|iado|iada)|palé[s]?|palet[s]?|paquete[s]?|precio[s]?|"
    r"descuento|abono|pago|recibi(?:do|mos|eron)|cantidad|artículo[s]?|transportista|dirección|proveedor",
    r"bestel(?:d|de|ling|lingen)|factu(?:ur|ren)|lever(?:ing|en|d|datum)|geleverd|zending(?:en)?|pallet[s]?|"
    r"pakket(?:ten)?|prijs|prijzen|korting|creditnota|betaling|ontvangen|aantal|artikel(?:en)?|vervoerder|adres|"
    r"leverancier|order[s]?",
)
FILLER = _words(
    r"hope (?:you|this|all)|thank(?:s| you)(?! .{0,40}\d)|in advance|hesitate|any (?:further )?questions|"
    r"looking forward|look forward|have a (?:nice|great|good)|best wishes|further to (?:our|my)|trust this|"
    r"happy to help|feel free|with (?:reference|regard) to",
    r"ich hoffe|wir hoffen|vielen dank|besten dank|danke|im voraus|für (?:rückfragen|fragen)|gerne zur verfügung|"
    r"freuen uns|schönen? (?:tag|woche|wochenende)",
    r"j'espère|nous espérons|merci d'avance|merci pour|je reste|nous restons|à votre disposition|n'hésitez|"
    r"bonne (?:journée|fin)|dans l'attente",
    r"espero que|esperamos que (?:esté|se)|gracias|de antemano|quedamos|quedo|a su disposición|no dude|buen (?:día|"
    r"fin)|a la espera",
    r"ik hoop|wij? hopen|bedankt|dank|bij voorbaat|alvast|vragen (?:hebt|heeft)|horen (?:het )?graag|fijne (?:dag|"
    r"week)|prettige?",
)
RESOLVED = _words(
    r"all (?:is )?(?:fine|good|ok|okay|well|sorted|settled)|(?:has|have) been (?:resolved|solved|settled)|resolved|"
    r"sorted out|"
    r"(?:you )?can close|no (?:further )?action (?:is )?(?:needed|required)|no longer needed|never mind|nevermind",
    r"erledigt|hat sich (?:geklärt|erledigt)|alles (?:gut|in ordnung|bestens|klar)|geklärt",
    r"c'est (?:bon|réglé)|tout est (?:en ordre|réglé|bon)|résolue?|réglée?|plus besoin",
    r"(?:ya )?(?:está )?(?:todo )?(?:resuelto|solucionado|arreglado)|todo (?:bien|correcto|en orden)|"
    r"ya no (?:hace falta|es necesario)",
    r"opgelost|alles (?:is )?(?:in orde|goed|ok)|niet meer nodig|afgehandeld",
)
ALL = (ASK, IMPERATIVE, QUESTION, PROBLEM, PROMISE, DEADLINE, EVENT, FILLER, RESOLVED)
"""Everything that acts, for its hash."""
