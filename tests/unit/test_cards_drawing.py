"""The drawing of an impact: a tree of lines and an SVG; names only for those who may read them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from xml.etree import ElementTree

from triage.cards.drawing import outcome, public, svg, tree
from triage.domain import Hit, Impact, RecordRef


def hit(name: str, after: date | None, promised: date | None = date(2026, 3, 10), **more: object) -> Hit:
    slack = (promised - after).days if promised and after else None
    return Hit(
        order=RecordRef(model="sale.order", id=None, name=name),
        customer=f"Customer <{name}> & Co",
        product="M12",
        quantity=Decimal("500"),
        promised=promised,
        before=date(2026, 3, 5),
        after=after,
        slack=slack,
        path=("P1", "pool", name),
        margin=Decimal("123.45"),
        **more,  # type: ignore[arg-type]
    )


IMPACT = Impact(
    of="P00311 comes a week later",
    hits=(hit("S1", None), hit("S2", date(2026, 3, 14)), hit("S3", date(2026, 3, 8))),
    labels={"P1": "P00311 M12", "pool": "stock of M12"},
)


def test_the_tree_has_a_branch_for_each_point() -> None:
    assert tree(IMPACT, confidential=True) == [
        "P00311 comes a week later",
        "└─ P00311 M12",
        "   └─ stock of M12",
        "      ├─ S1 Customer <S1> & Co, 500 M12: promised 2026-03-10, not covered any more",
        "      ├─ S2 Customer <S2> & Co, 500 M12: promised 2026-03-10, comes 2026-03-14, 4 days late",
        "      └─ S3 Customer <S3> & Co, 500 M12: promised 2026-03-10, comes 2026-03-08: safe, 2 days to spare",
    ]


def test_without_the_right_only_counts_are_told() -> None:
    assert tree(IMPACT, confidential=False) == ["P00311 comes a week later: hits 2 customers' lines, 1 is safe"]
    assert "Customer" not in svg(IMPACT, confidential=False)
    assert "S2" not in svg(IMPACT, confidential=False)


def test_margins_are_never_drawn() -> None:
    assert "123" not in svg(IMPACT, confidential=True)
    assert "123" not in "\n".join(tree(IMPACT, confidential=True))


def test_what_is_too_much_is_counted() -> None:
    many = IMPACT.with_(hits=tuple(hit(f"S{n}", None) for n in range(14)), cut=True)
    lines = tree(many, confidential=True, most=3)
    assert sum("not covered" in line for line in lines) == 3
    assert lines[-2:] == ["… and 11 more", "more hangs on it than was read"]
    assert public(many).endswith("more hangs on it than was read")


def test_the_svg_is_sound_xml_in_which_nothing_overlaps() -> None:
    root = ElementTree.fromstring(svg(IMPACT, confidential=True))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [(float(r.get("x", "")), float(r.get("y", ""))) for r in root.iter(f"{space}rect")]
    assert len(boxes) == len(set(boxes)) == 6
    assert any("Customer <S2> & Co" in (text.text or "") for text in root.iter(f"{space}text"))


def test_words_for_a_line_without_a_promise() -> None:
    assert outcome(hit("S1", date(2026, 3, 14), None)) == "without a promised day, comes 2026-03-14"
