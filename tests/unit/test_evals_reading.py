"""Sets: what is read, and that every mistake names its file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.cases import ClassificationTarget, Kind, schema
from evals.likeness import counts, problems, sharing
from evals.reading import SetInvalid, find_sets, read_set, shaped, shipped
from tests.unit.eval_sets import case, cases, write_set
from triage.domain import Category
from triage.errors import UsageError


def test_cases_come_with_their_defaults(tmp_path: Path) -> None:
    of = read_set(write_set(tmp_path, cases(4), defaults={"source": "us", "input.subject": "order"}))
    assert [one.id for one in of.cases] == ["m-000", "m-001", "m-002", "m-003"]
    assert of.cases[0].licence == "Apache-2.0"
    assert of.cases[0].source == "us"
    assert of.cases[0].input.subject == "order"
    assert of.cases[1].target == ClassificationTarget(category=Category.DELAY)


def test_flat_lines_are_read_by_their_fields(tmp_path: Path) -> None:
    line = {"id": 7, "body": "where is it", "gold": "delay", "who": "buyer", "ignored": 1}
    fields = {"id": "id", "input.text": "body", "target.category": "gold", "tags": "who"}
    (one,) = read_set(write_set(tmp_path, [line], fields=fields)).cases
    assert (one.id, one.input.text, one.tags) == ("7", "where is it", ("buyer",))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ({"target": {"category": "lateness"}}, "desk.jsonl:2: target.category: Input should be 'pricing'"),
        ({"target": None}, "desk.jsonl:2: target: is missing or no object"),
        (
            {"target": {"category": "delay", "subtype": "damaged"}},
            "desk.jsonl:2: target.subtype 'damaged' is none of delay",
        ),
        ({"target": {"category": "delay", "secondary": ["delay"]}}, "delay is the category and a secondary one"),
        ({"input": {"text": "a", "files": ["b.pdf"]}}, "this has text and files"),
        ({"input": {}}, "this has none of them"),
        ({"input": {"files": ["gone.pdf"]}}, "desk.jsonl:2: there is no file gone.pdf"),
        ({"labels": 1}, "desk.jsonl:2: labels: Extra inputs are not permitted"),
        ({"id": "m-000"}, "desk.jsonl:2: id 'm-000' is used already in desk.jsonl:1"),
    ],
)
def test_a_mistake_in_a_case_names_its_line(tmp_path: Path, line: dict[str, object], said: str) -> None:
    path = write_set(tmp_path, [case(0), case(1) | line, case(2)])
    with pytest.raises(SetInvalid) as caught:
        read_set(path)
    assert said in str(caught.value)
    assert len(caught.value.problems) == 1


def test_a_line_that_is_no_json_names_its_line(tmp_path: Path) -> None:
    path = write_set(tmp_path, [case(0)])
    with (tmp_path / "desk.jsonl").open("a") as file:
        file.write("{'id': 1}\n[]\n")
    with pytest.raises(SetInvalid) as caught:
        read_set(path)
    assert [problem.split(": ")[:2] for problem in caught.value.problems] == [
        ["desk.jsonl:2", "is not JSON"],
        ["desk.jsonl:3", "is no JSON object"],
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "name: desk\nkind: riddles\ndescription: x\nlicence: x\nfiles: [a.jsonl]\n",
            "desk.yaml:2: kind: Input should be",
        ),
        ("name: desk\nkind: summary\nlicence: x\nfiles: [a.jsonl]\n", "description: Field required"),
        ("name: desk\nkind: summary\ndescription: x\nlicence: x\nfiles: []\n", "desk.yaml:5: files: Tuple should have"),
        ("name: [\n", "is not YAML"),
        ("- a\n", "is no mapping"),
    ],
)
def test_a_mistake_in_the_head_names_its_line(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "desk.yaml").write_text(text)
    with pytest.raises(SetInvalid, match="mistake") as caught:
        read_set(tmp_path / "desk.yaml")
    assert said in str(caught.value)


def test_a_message_may_hold_a_line_separator(tmp_path: Path) -> None:
    path = write_set(tmp_path, [case(0) | {"input": {"text": "one\u2028two\x85three"}}])
    assert read_set(path).cases[0].input.text == "one\u2028two\x85three"


def test_only_the_wanted_split_is_measured(tmp_path: Path) -> None:
    of = read_set(write_set(tmp_path, [case(0), case(1) | {"split": "dev"}, case(2) | {"split": "test"}]))
    assert [one.id for one in of.measured] == ["m-000", "m-002"]
    assert len(of.cases) == 3


def test_the_data_hash_follows_cases_and_files_only(tmp_path: Path) -> None:
    paper = {"input": {"files": ["a.txt"]}}
    (tmp_path / "a.txt").write_text("one")
    lines = [case(0) | paper, case(1)]
    first = read_set(write_set(tmp_path, lines)).data_hash
    assert read_set(write_set(tmp_path, lines, description="told otherwise")).data_hash == first
    assert read_set(write_set(tmp_path, [*lines, case(2) | {"split": "dev"}])).data_hash == first
    (tmp_path / "a.txt").write_text("two")
    assert read_set(write_set(tmp_path, lines)).data_hash != first


def test_sets_are_found_by_file_folder_and_name(tmp_path: Path) -> None:
    path = write_set(tmp_path, cases(1))
    assert find_sets([path]) == find_sets([tmp_path]) == [path]
    assert find_sets([Path("messages")]) == [shipped() / "messages.yaml"]
    assert shipped() / "messages.yaml" in find_sets([])
    with pytest.raises(UsageError, match="no such set"):
        find_sets([tmp_path / "gone.yaml"])


def test_shaping_takes_nested_names_and_keeps_what_is_there() -> None:
    made = shaped({"a": 1}, {"input.text": "a", "note": "b"}, {"input.text": 2, "input.subject": 3})
    assert made == {"input": {"text": 1, "subject": 3}}


def test_the_schema_covers_every_kind() -> None:
    made = schema()
    assert set(made["target"]) == {kind.value for kind in Kind}
    assert "category" in made["target"]["classification"]["properties"]
    json.dumps(made)


def test_near_duplicates_shared_styles_and_trained_texts_are_found(tmp_path: Path) -> None:
    (tmp_path / "train.txt").write_text("C|late|where is it|where is S00001, it was due last week already\n## short\n")
    twin = case(0) | {"id": "twin", "split": "dev", "style": "author 2"}
    path = write_set(tmp_path, [case(0), case(1), case(2, Category.PRICING), twin], apart_from=["train.txt"])
    found = problems(read_set(path), path)
    assert [line.split(" (")[0] for line in found if "nearly" in line] == ["m-000 and twin are nearly the same"]
    assert [line for line in found if line.startswith("style")] == ["style 'author 2' (en) is in the splits dev, test"]
    repeated = [line.split(" (")[0] for line in found if "repeats" in line]
    assert repeated == ["m-000 repeats train.txt:1", "m-001 repeats train.txt:1"]


def test_different_messages_are_no_duplicates(tmp_path: Path) -> None:
    path = write_set(tmp_path, [case(n, category) for n, category in enumerate((Category.PRICING, Category.DELAY))])
    assert problems(read_set(path), path) == []


def test_only_texts_that_share_much_are_compared_closely() -> None:
    long = "Dear desk, the pallets for Ghent came today and nine boxes of gaskets are not on them. Please look into it."
    texts = [
        "nine boxes of gaskets are not on it",
        long.replace("nine", "six"),
        "when will the roof bolts be here",
        "ok",
    ]
    assert list(sharing([long], texts)) == [(0, 0), (0, 1)]
    assert list(sharing(["", "ok"], texts)) == [(1, 3)]
    assert list(sharing([long], [])) == []


def test_words_in_another_order_are_a_duplicate_across_splits_and_training_texts_may_be_alike(tmp_path: Path) -> None:
    given = [
        f"The {word} on S00042 came in crushed cartons, please collect them on Monday." for word in ("nuts", "nut")
    ]
    turned = "Please collect them on Monday, the nuts on S00042 came in crushed cartons."
    lines = [case(n) | {"input": {"text": text}, "language": "en"} for n, text in enumerate([*given, turned])]
    path = write_set(tmp_path, [line | {"split": ("train", "train", "test")[n]} for n, line in enumerate(lines)])
    of = read_set(path)
    assert [line.split(" (")[0] for line in problems(of, path)] == [
        f"m-00{n} and m-002 are nearly the same" for n in (0, 1)
    ]
    assert counts(of)["split"] == {"train": 2, "test": 1}
