"""What units are called: words, abbreviations and codes, with what they count and how many of it. Data only."""

from __future__ import annotations

from decimal import Decimal

_MEASURES: dict[str, dict[str, str]] = {
    "piece": {
        "1": "units unit pc pcs pce pces piece pieces piece(s) ea each c62 h87 nar xpp stk stck stück stücke stueck st "
        "stuk stuks pz pza pzas pezzi pezzo ud uds unid unidad unidades u un unité unités pièce pièces pce(s) szt "
        "sztuka sztuk set sets satz sätze jeu jeux juego juegos kit kits kt e48 sx xsx",
        "2": "pair pairs pr npr paar paare pa paa pari paire paires par pares prs paio paia para pary",
        "12": "dozen dozens dz dzn dtzd dutzend douzaine docena docenas dozijn dozzina doz dpc tuzin",
        "100": "c cen % %stk %st hundred hundert cent cien ciento honderd c100 hd hun centinaio pc100 cent(s) sto",
        "144": "gro gross grs gros gruesa",
        "1000": "m mil tsd thousand tausend mille millar duizend m1000 tst ‰ t3 k migliaio tys tys. ths mpc",
    },
    "kg": {
        "0.001": "g grm gr gram gramm gramme grammes gramo gramos grammi",
        "0.000001": "mg mgm",
        "1": "kg kgm kgs kilo kilos kilogram kilograms kilogramm kilogramme kilogrammes kilogramo kilogramos chilo "
        "chilogrammo",
        "1000": "t tne to tonne tonnes tonnen ton tonelada tonnellata",
        "100": "dt dtn quintal",
        "0.45359237": "lb lbr lbs pound pounds",
        "0.028349523125": "oz onz ounce",
    },
    "m": {
        "0.001": "mm mmt",
        "0.01": "cm cmt",
        "1": "m mtr lm lfm lfdm lfd.m lfdmtr meter metre metres mètre mètres metro metros metri ml mb",
        "1000": "km kmt",
        "0.0254": "in inh inch inches zoll",
        "0.3048": "ft fot foot feet",
        "0.9144": "yd yrd yard yards",
    },
    "m2": {"1": "m2 m² mtk qm sqm", "0.0001": "cm2 cm² cmk", "0.09290304": "ft2 ft² ftk sqft"},
    "l": {
        "1": "l ltr lt liter litre liters litres litro litros litri",
        "0.001": "ml mlt cm3 cm³ cmq ccm",
        "0.01": "cl clt",
        "100": "hl hlt",
        "1000": "m3 m³ mtq cbm",
        "3.785411784": "gal gll gallon gallons",
    },
    "hour": {
        "1": "h hur hr hrs hour hours std stunde stunden heure heures hora horas uur ora ore",
        "24": "day days tag tage jour jours día días dag dagen giorno giorni",
    },
}
_CONTAINERS: dict[str, str] = {
    "box": "box boxes bx xbx karton kartons ktn kart krt carton cartons ctn crt ct xct doos caja cajas cj boîte "
    "boîtes bte schachtel schachteln scha scatola scatole sc cart cartone pudełko kar",
    "pack": "pack packs pk pks pkg pck paket pakete packung packungen pak pakken paquet paquets paquete paquetes xpk "
    "pa xpa nmp pac pkt confezione confezioni conf opakowanie opak op blister sachet",
    "vpe": "vpe ve vp pu verpackungseinheit verpackungseinheiten ue ucv uv verpakkingseenheid "
    "colis conditionnement cond embalaje emb gebinde geb gb collo colli",
    "case": "case cases cs xcs kiste kisten krat kist caisse caisses cassa cr xcr",
    "bag": "bag bags bg xbg beutel btl sack säcke sa xsa sh xsh zak zakken sac sacs bolsa bolsas saco sacco worek",
    "roll": "roll rolls rl ro xro rolle rollen rol rouleau rouleaux rlx rollo rollos rotolo rotoli rolka coil cl xcl "
    "ring ringe bobine reel",
    "bottle": "bottle bottles bo xbo flasche flaschen fl fla fles flacon flacons bouteille botella bottiglia",
    "can": "can cans ca xca cx dose dosen ds blik boîtier bidon bidons lata kanister kan kanne jerrycan bombola",
    "drum": "drum drums dr xdr fass fässer vat fût bidón tambor fusto",
    "bucket": "bucket bj xbj eimer emmer seau cubo secchio",
    "tube": "tube tubes tu xtu tub kartusche kartuschen cartouche koker",
    "bundle": "bundle bundles be xbe bund bunde bd bündel bundel botte fardo fascio",
    "pallet": "pallet pallets pf xpx xpe palette paletten plt pal palet palettes",
    "bar": "bar bars br xbr stange stangen stg staaf barre barres barra barras",
    "sheet": "sheet sheets xst tafel tafeln tfl blatt blätter bl plaat plaque plancha foglio",
    "tray": "tray trays xpu stiege",
}
GENERIC = frozenset({"vpe"})
"""Packings that name no kind: a packing unit is whatever the supplier packs in."""


def _by_word(table: dict[str, dict[str, str]]) -> dict[str, tuple[tuple[str, Decimal], ...]]:
    found: dict[str, list[tuple[str, Decimal]]] = {}
    for kind, sizes in table.items():
        for size, words in sizes.items():
            for word in words.split():
                found.setdefault(word, []).append((kind, Decimal(size)))
    return {word: tuple(units) for word, units in found.items()}


def _containers() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for kind, words in _CONTAINERS.items():
        for word in words.split():
            found.setdefault(word, []).append(kind)
    return {word: tuple(kinds) for word, kinds in found.items()}


MEASURES = _by_word(_MEASURES)
"""Word → what it may count, and how many of it. `m` is a thousand or a metre."""
CONTAINERS = _containers()
"""Word → which packings it may be."""
