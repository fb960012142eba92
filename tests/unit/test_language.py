"""Language of short order-desk texts."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from triage.models.language import detect_language


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Where is my order S00042?", "en"),
        ("price wrong on inv 221, please correct it", "en"),
        ("Wo bleibt die Lieferung zu Auftrag S00042?", "de"),
        ("Paletten beschädigt angekommen", "de"),
        ("Bestelling 4711 nog niet binnen", "nl"),
        ("Waar blijft P00031", "nl"),
        ("Nous n'avons pas reçu les 12 cartons M8x40.", "fr"),
        ("El pedido 4500012 llegó sin las tuercas", "es"),
        ("Zlecenie nie zostało odebrane z magazynu", "pl"),
        ("Non abbiamo ancora ricevuto la merce dell'ordine 88", "it"),
        ("A encomenda não chegou e o cliente está à espera", "pt"),
        ("Где мой заказ S00042", "ru"),
    ],
)
def test_languages_of_the_order_desk(text: str, language: str) -> None:
    assert detect_language(text) == language


@pytest.mark.parametrize("text", ["", "   ", "S00042", "4711 / 12 / 99", "+31 10 555 01 23", "ok", "a@b.example"])
def test_too_little_to_tell(text: str) -> None:
    assert detect_language(text) == "und"


def test_numbers_and_links_do_not_change_the_answer() -> None:
    noisy = "Ref 88-11 https://portal.brandt-mercer.example/the/and/of 5 x 12 wo bleibt die Ware, bitte um Antwort"
    assert detect_language(noisy) == "de"


@given(st.text(max_size=300))
def test_any_text_gets_a_short_code(text: str) -> None:
    assert 2 <= len(detect_language(text)) <= 3
