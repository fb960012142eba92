"""Parts of a mail that may hold a matter of their own: paragraphs, and sentences that say that something else follows.

Each is read again by itself before it counts: within the whole mail its words take on the meaning of the main matter.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from triage.domain import Category
from triage.tasks.classify.layer import CATEGORIES, Weighed
from triage.tasks.classify.reading import Sentence

CONVINCING = 0.7
"""The score from which on a part by itself tells a second matter (chosen on split `dev`)."""
_HINTED = 0.2
"""A part is read again where a sentence of it speaks for another category than the main one at least so much."""
_MOST = 4
"""Parts of one mail that are read again."""
_ELSE = re.compile(
    r"""^\W*(?:(?:and|oh|but|ach|und|et|y|en|ah)\W+)?(?:
      also|besides|by\ the\ way|btw|another\ (?:thing|point|matter|question)|one\ more\ thing|second(?:ly)?|separately
      |on\ (?:a|the)\ (?:separate|other|second|different)|while\ (?:i|we)|in\ addition|additionally|apart\ from|p\.?\s?s
      |n\.?b|next|finally|lastly|further(?:more)?|what\ is\ more|plus|then\ there|(?:\d{1,2}|[a-d])[.)]
    | außerdem|ausserdem|übrigens|zudem|ferner|weiters|zweitens|noch\ (?:etwas|was|eins|eine)|nebenbei|des\ weiteren
      |im\ übrigen|darüber\ hinaus|weiterhin|und\ noch|dann\ noch|bei\ der\ gelegenheit
    | par\ ailleurs|en\ outre|de\ plus|d'autre\ part|au\ fait|autre\ (?:chose|point|sujet)|aussi|deuxièmement|ensuite
      |enfin|et\ (?:aussi|puis|encore)|au\ passage|j'en\ profite|en\ plus
    | además|por\ (?:otro\ lado|otra\ parte|cierto)|otra\ (?:cosa|cuestión)|también|asimismo|segundo|de\ paso|aprovecho
      |y\ (?:otra|también)|aparte|luego
    | ook|trouwens|overigens|verder|daarnaast|bovendien|nog\ (?:iets|een|wat)|ten\ tweede|tevens|los\ daarvan
      |en\ (?:dan|ook|nog)|daarbij|tot\ slot
    )(?!\w)""",
    re.IGNORECASE | re.VERBOSE,
)


def parts_of(body: str, said: Sequence[Sentence]) -> tuple[tuple[int, ...], ...]:
    """Places of the sentences of each part of a body; none where the body is one part."""
    paragraphs: list[list[int]] = []
    for place, one in enumerate(said):
        if place == 0 or "\n" in body[said[place - 1].end : one.start]:
            paragraphs.append([])
        paragraphs[-1].append(place)
    whole = [tuple(one) for one in paragraphs] if len(paragraphs) > 1 else []
    alone = [(place,) for place, one in enumerate(said) if place and (place,) not in whole and _ELSE.match(one.text)]
    return (*whole, *alone)


def worth_reading(parts: Sequence[tuple[int, ...]], weighed: Weighed) -> list[tuple[int, ...]]:
    """The parts in which something speaks for another category than the mail's own, those that do so most first."""
    main = int(weighed.scores.argmax())
    if CATEGORIES[main] is Category.OTHER:
        return []
    others = [n for n, category in enumerate(CATEGORIES) if n != main and category is not Category.OTHER]
    hints = [float(weighed.alone[list(part)][:, others].max()) for part in parts]
    return [parts[n] for n in np.argsort([-hint for hint in hints], kind="stable")[:_MOST] if hints[n] >= _HINTED]


def second_matter(weighed: Weighed, main: Category) -> Category | None:
    """The other category that a part by itself tells; none where it is not convincing."""
    best = int(weighed.scores.argmax())
    convincing = float(weighed.scores[best]) >= CONVINCING and CATEGORIES[best] not in {main, Category.OTHER}
    return CATEGORIES[best] if convincing else None
