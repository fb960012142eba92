"""What a message claims about the whole matter: that it is settled, or that delivered goods are not there."""

from __future__ import annotations

import re
from collections.abc import Sequence

from triage.tasks.classify.steering import addresses_software

_SETTLED = re.compile(
    r"""(?<!\w)(?:
      (?:all|everything)\s+(?:is\s+|'s\s+)?(?:now\s+)?(?:fine|good|ok(?:ay)?|sorted|settled|resolved|in\s+order)
        |(?:it|this|that|the\s+matter)(?:\s+is|\s+has\s+been|'s)
        \s+(?:now\s+|all\s+|been\s+)*(?:fine|sorted|settled|resolved|solved|dealt\s+with|closed)|all\s+fine\s+now
        |you\s+(?:can|may)\s+close
        \s+(?:this|the|it)|no\s+further\s+action|(?:matter|case|ticket|problem
        |issue)\s+(?:is\s+)?(?:now\s+)?(?:closed|solved|resolved)
    | (?:alles|nun\s+alles|jetzt\s+alles)\s+(?:ist\s+)?(?:jetzt\s+|nun\s+)?(?:gut|in\s+ordnung|erledigt|bestens
        |geklärt|ok(?:ay)?)|(?:hat\s+sich|ist)\s+(?:damit\s+|inzwischen\s+|nun\s+|jetzt\s+)?
        (?:erledigt|geklärt)|(?:sache|fall|vorgang|thema|angelegenheit)\s+(?:ist\s+)?(?:damit\s+
        |nun\s+)?(?:erledigt|geklärt|abgeschlossen|vom\s+tisch)
        |passt\s+(?:jetzt\s+|nun\s+)?alles|können\s+(?:sie\s+)?(?:das|den\s+fall|das\s+ticket
        |den\s+vorgang)\s+schließen
    | tout\s+(?:est|va)\s+(?:maintenant\s+|désormais\s+)?(?:bien|bon|réglé|résolu|en\s+ordre
        |rentré\s+dans\s+l'ordre)|(?:c'est|problème|affaire|dossier|litige)
        \s+(?:est\s+|maintenant\s+)?(?:réglée?|résolue?|close?|clos)|vous\s+pouvez\s+(?:clore|clôturer|fermer)
    | todo\s+(?:está\s+|ya\s+está\s+|ha\s+quedado\s+)?(?:bien|correcto|resuelto|solucionado|arreglado|en\s+orden
        |perfecto)|(?:ya\s+)?(?:está|ha\s+quedado|queda)\s+(?:todo\s+)?(?:resuelto|solucionado
        |arreglado|aclarado)|(?:tema|asunto|caso|problema)\s+(?:resuelto|cerrado|solucionado|aclarado)
        |pueden?\s+cerrar
    | alles\s+(?:is\s+)?(?:nu\s+|inmiddels\s+)?(?:goed|in\s+orde|opgelost|geregeld|prima|binnen\s+en\s+akkoord)
        |(?:is|zijn)\s+(?:nu\s+|inmiddels\s+|al\s+)?(?:opgelost|afgehandeld|geregeld)
        |(?:zaak|probleem|kwestie|melding)\s+(?:is\s+)?(?:gesloten|opgelost|afgehandeld)|(?:mag|kan|kunt\s+u
        |kun\s+je)\s+(?:u\s+)?(?:dit\s+|deze\s+|het\s+|de\s+\w+\s+)?(?:\w+\s+)?(?:worden\s+)?(?:afgesloten|sluiten)
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_BUT = re.compile(
    r"""(?<!\w)(?:
      but|however|except|still|not|n't|no(?=\s+longer)|until|unless|if|once
    | aber|jedoch|nur\s+noch|außer|nicht|noch|wenn|sobald|bis
    | mais|sauf|toutefois|pas|encore|si|dès
    | pero|salvo|excepto|aún|todavía|no(?=\s+(?:est|ha|he|se|nos|lo|la|qued|funciona))|cuando
    | maar|echter|behalve|niet|nog|als|zodra
    )(?!\w)|n't(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)
_NOT_RECEIVED = re.compile(
    r"""(?<!\w)(?:
      nothing\s+(?:has\s+|have\s+|was\s+|ever\s+)*(?:arrived|come|been\s+delivered|delivered|received)|(?:have|has
        |had)(?:\s+not|n't)\s+(?:yet\s+)?(?:received|arrived|got)|never\s+(?:arrived|received|got\s+here|came)
        |nobody\s+(?:here\s+)?(?:has\s+)?(?:signed|received)|did(?:\s+not|n't)\s+(?:receive|arrive)
    | nichts\s+(?:ist\s+)?(?:angekommen|eingetroffen|erhalten|bekommen)|(?:nicht
        |nie)\s+(?:bei\s+uns\s+)?(?:angekommen|eingetroffen|erhalten|bekommen)
        |niemand\s+(?:\w+\s+){0,3}(?:unterschrieben|angenommen|quittiert)
    | (?:rien|n'avons\s+rien|n'ai\s+rien)\s+(?:n'est\s+|n'a\s+été\s+)?(?:reçu|arrivé|livré)|(?:jamais
        |pas)\s+(?:été\s+)?(?:reçue?s?|arrivée?s?|livrée?s?)|personne\s+(?:n'a|ici\s+n'a)\s+(?:signé|reçu)
    | no\s+(?:ha|han|hemos|he)\s+(?:llegado|recibido)|nada\s+(?:ha\s+)?(?:llegado|recibido)
        |nadie\s+(?:\w+\s+){0,3}(?:firmado|recibido)|no\s+(?:nos\s+)?(?:llegó|recibimos)
    | (?:niets|niks)\s+(?:\w+\s+){0,2}(?:ontvangen|aangekomen|binnengekomen|gekregen)|(?:niet
        |nooit)\s+(?:\w+\s+){0,2}(?:ontvangen|aangekomen|binnengekomen)|niemand\s+(?:\w+\s+){0,3}(?:getekend
        |ontvangen)
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def settled(sentences: Sequence[str]) -> int | None:
    """The place of the sentence that says that all is settled; none where something is asked or held back beside it."""
    if any("?" in one or addresses_software(one) for one in sentences):
        return None
    for place, one in enumerate(sentences):
        if _SETTLED.search(one) and not any(_BUT.search(other) for other in sentences):
            return place
    return None


def not_received(sentences: Sequence[str]) -> int | None:
    """The place of the sentence that says that goods are not there, or that nobody signed for them."""
    return next((place for place, one in enumerate(sentences) if _NOT_RECEIVED.search(one)), None)
