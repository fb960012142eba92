"""The paper that came with the mails: each document drawn on its own, as different firms draw them.

`PAPERS` gives the bytes of a PDF for the name under which a letter asks for it.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.sample_day.papers.dutch import vanderpoel
from tests.sample_day.papers.english import pinnacle
from tests.sample_day.papers.french import constat, vercors
from tests.sample_day.papers.german import hammerl, hohenfels
from tests.sample_day.papers.spanish import ebro

PAPERS: dict[str, Callable[[], bytes]] = {
    "constat.pdf": constat,
    "ebro.pdf": ebro,
    "hammerl.pdf": hammerl,
    "hohenfels.pdf": hohenfels,
    "pinnacle.pdf": pinnacle,
    "vanderpoel.pdf": vanderpoel,
    "vercors.pdf": vercors,
}
