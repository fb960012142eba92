"""What the workflows' own code makes of what comes, executed by Node as n8n does: without n8n around it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from service.n8n.__main__ import app
from service.n8n.preparing import WORKFLOWS
from triage.jobs.listeners import Listener

_RUN = """
const { code, items, others, kept } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const wrapped = (each) => ({ all: () => each, first: () => each[0], itemMatching: (index) => each[index] });
const $ = (name) => {
  if (!(name in others)) throw new Error(`no node ${name}`);
  return wrapped(others[name]);
};
const names = ['$input', '$', '$json', '$getWorkflowStaticData'];
const made = new (async () => {}).constructor(...names, code);
made(wrapped(items), $, items[0]?.json, () => kept).then((found) => process.stdout.write(JSON.stringify(found)));
"""


def _node() -> str | None:
    """A Node: that on the PATH, or the one that a driven browser brings."""
    if (found := shutil.which("node")) is not None:
        return found
    spec = find_spec("playwright")
    brought = [Path(place) / "driver" / "node" for place in (spec.submodule_search_locations or ())] if spec else []
    return next((str(path) for path in brought if path.exists()), None)


pytestmark = pytest.mark.skipif(_node() is None, reason="no Node here: install Node.js 20 or later, or playwright")

CARRIER, SUPPLIER, UNSURE = "carrier-status", "supplier-mail", "low-confidence"
NASTY = "x.pdf\n<!channel> @all *now* [pay](https://evil.example) `a`|_b_~c~ www.evil.example &lt;#general\u202e\u0007"


def _found(flow: str, name: str) -> dict[str, Any]:
    nodes = json.loads((WORKFLOWS / f"{flow}.json").read_text(encoding="utf-8"))["nodes"]
    [node] = [node for node in nodes if node["name"] == name]
    made: dict[str, Any] = node["parameters"]
    return made


def _executed(code: str, items: list[dict[str, Any]], **others: list[dict[str, Any]]) -> Any:
    node = _node()
    assert node is not None
    given = {"code": code, "items": items, "others": others, "kept": {}}
    done = subprocess.run(
        [node, "-e", _RUN], check=False, input=json.dumps(given), capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def code(flow: str, name: str, items: list[dict[str, Any]], **others: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What a Code node gives for these items; `others` are what the nodes before it gave."""
    made: list[dict[str, Any]] = _executed(_found(flow, name)["jsCode"], items, **others)
    return made


def condition(flow: str, name: str, item: dict[str, Any], **others: list[dict[str, Any]]) -> Any:
    """What the condition of an If node says of an item."""
    [asked] = _found(flow, name)["conditions"]["conditions"]
    expression = asked["leftValue"].removeprefix("={{").removesuffix("}}")
    return _executed(f"return {expression}", [{"json": item}], **others)


def of(*values: Any) -> list[dict[str, Any]]:
    """Items as n8n wraps them."""
    return [{"json": value} for value in values]


def status(**given: str) -> dict[str, Any]:
    """What a carrier's call is read as."""
    body = {"tracking": "PXE1", "status": "delivered", "time": "2026-11-23T09:30:00Z"} | given
    [made] = code(CARRIER, "Read the status", of({"settings": {}, "body": body}))
    found: dict[str, Any] = made["json"]
    return found


@pytest.mark.parametrize("word", ["constructor", "toString", "__proto__", "valueOf", "teleported"])
def test_a_word_that_no_carrier_uses_is_no_status(word: str) -> None:
    assert status(status=word)["usable"] is False
    assert status(status="Out for-delivery")["status"] == "out_for_delivery"


def test_a_scan_of_the_day_after_tomorrow_is_refused_as_it_would_keep_later_ones_out() -> None:
    assert status(time="2926-11-23T09:30:00Z")["wrong"] == ["time: lies more than a day ahead"]


@pytest.mark.parametrize(
    ("stands", "written"),
    [
        ("2026-11-23 09:30:01", False),
        ("2026-11-23 09:30:00", True),
        ("2026-11-23 09:29:59", True),
        (False, True),
    ],
)
def test_an_older_scan_is_not_written_over_a_later_one(stands: str | bool, written: bool) -> None:
    read = {"Read the status": of(status())}
    assert condition(CARRIER, "Is it the latest scan?", {"id": 1, "x_last_scan": stands}, **read) is written
    assert "x_last_scan" in _found(CARRIER, "Find the transfer")["options"]["fieldsList"].split(",")


def test_only_what_is_not_older_comes_to_the_node_that_writes() -> None:
    links = json.loads((WORKFLOWS / f"{CARRIER}.json").read_text(encoding="utf-8"))["connections"]
    into = {name: [link["node"] for link in outs["main"][0]] for name, outs in links.items()}
    assert [name for name, found in into.items() if "Write the status" in found] == ["Is it the latest scan?"]
    [older] = links["Is it the latest scan?"]["main"][1]
    assert (older["node"], older["index"]) == ("Written or older", 1)
    assert [name for name, found in into.items() if "Answer: kept" in found] == ["Were all kept?"]
    assert [link["node"] for link in links["Were all kept?"]["main"][1]] == ["Answer: try again"]


@pytest.mark.parametrize(("written", "kept", "whole"), [(2, 2, True), (2, 1, False), (1, 1, False)])
def test_the_carrier_is_told_that_it_is_kept_only_where_all_of_it_is(written: int, kept: int, whole: bool) -> None:
    before = {
        "Is there one?": of({"id": 1}, {"id": 2}),
        "Make the event": of(*({} for _ in range(written))),
        "Send the event": of(*({} for _ in range(kept))),
    }
    assert condition(CARRIER, "Were all kept?", {"id": "x"}, **before) is whole


def test_two_transfers_of_one_status_are_two_events_and_the_id_fits_into_a_header() -> None:
    read = {"Read the status": of(status(id="łódź " + "9" * 700))}
    made = code(CARRIER, "Make the event", of({"id": 1}, {"id": 2}), **read)
    ids = [each["json"]["id"] for each in made]
    assert len(set(ids)) == 2
    for each in ids:
        assert re.fullmatch(r"[\x21-\x7e]{1,500}", each)
        assert each.startswith("%142%f3d%17a%20999")


def attachments(*names: str) -> list[dict[str, Any]]:
    """A mail with these files."""
    mail = {"settings": {}, "subject": "s", "from": {"text": "f"}, "messageId": "<m@x>"}
    files = {f"attachment_{number}": {"fileName": name} for number, name in enumerate(names)}
    return code(SUPPLIER, "One item a document", [{"json": mail, "binary": files}])


def test_only_pdf_and_xml_are_documents() -> None:
    made = attachments("a.constructor", "b.PDF", "c.__proto__", "d.xml", "toString", "e.png")
    assert [(each["json"]["file"], each["json"]["type"]) for each in made] == [
        ("b.PDF", "application/pdf"),
        ("d.xml", "application/xml"),
    ]


def compared(order: str, number: int, agrees: bool, how: str = "9 instead of 8", product: str = "P") -> dict[str, Any]:
    """A document beside one order."""
    lines = [] if agrees else [{"product": product, "differences": [{"how": how}]}]
    record = {"model": "purchase.order", "id": number}
    return {"order": order, "record": record, "agrees": agrees, "lines": lines, "whole": []}


def told(documents: list[dict[str, Any]], found: list[dict[str, Any]]) -> tuple[list[str], list[dict[str, Any]]]:
    """Messages to the chat and events about what was found in these documents."""
    read = {"One item a document": [{"json": each["json"] | {"settings": {"origin": "/o"}}} for each in documents]}
    said = code(SUPPLIER, "Say what differs", of(*found), **read)
    events = code(SUPPLIER, "One event an order", said)
    return [each["json"]["text"] for each in said], [json.loads(each["json"]["body"]) for each in events]


def test_each_order_that_differs_has_an_event_and_no_other() -> None:
    found = [compared("P1", 11, True), compared("P2", 12, False), compared("P3", 13, False)]
    [text], events = told(attachments("a.pdf"), [{"comparisons": found, "not_compared": None}])
    assert [each["data"]["record"]["id"] for each in events] == [12, 13]
    assert len({each["id"] for each in events}) == 2
    assert text.splitlines()[1:3] == ["- P2, P: 9 instead of 8", "- P3, P: 9 instead of 8"]
    assert "P1" not in text


def test_two_attachments_of_one_name_are_two_events_and_the_same_mail_is_the_same_two() -> None:
    differs = {"comparisons": [compared("P2", 12, False)], "not_compared": None}
    texts, events = told(attachments("ł.pdf", "ł.pdf"), [differs, differs])
    assert len(texts) == 2
    ids = [each["id"] for each in events]
    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"[\x21-\x7e]{1,500}", each) for each in ids)
    assert [each["id"] for each in told(attachments("ł.pdf", "ł.pdf"), [differs, differs])[1]] == ids


def test_what_could_not_be_compared_is_told_and_is_no_event() -> None:
    [text], events = told(attachments("a.pdf"), [{"comparisons": [], "not_compared": "it names <@U1> no order"}])
    assert events == []
    assert text.startswith("a.pdf of f was read, but not compared: it names ‹@\u200bU1› no order.")


def texts_with_what_others_wrote() -> list[str]:
    """Every message in which a word of somebody else stands, with the worst of words."""
    document = [{"json": {"settings": {}, "from": NASTY, "file": NASTY, "mail": "m", "part": "attachment_0"}}]
    differs = {"comparisons": [compared(NASTY, 12, False, NASTY, NASTY)], "not_compared": None}
    differs["comparisons"][0]["whole"] = [{"how": NASTY}]
    texts = [
        code(SUPPLIER, "Say what differs", of(found), **{"One item a document": document})
        for found in (differs, {"comparisons": [], "not_compared": NASTY})
    ]
    texts.append(
        code(SUPPLIER, "Say that it failed", of({"error": {"message": NASTY}}), **{"One item a document": document})
    )
    data = {"record": {"name": NASTY}, "category": "stock", "severity": "high", "confidence": None, "card": 1}
    event = {"type": "odoo-triage.card.unsure", "data": data | {"team": NASTY, "link": None}}
    texts.append(code(UNSURE, "Say what is asked", of({"settings": {}, "id": "1", "raw": json.dumps(event)})))
    return [each["json"]["text"] for made in texts for each in made]


def test_what_others_wrote_calls_nobody_links_nowhere_and_stays_on_its_line() -> None:
    texts = texts_with_what_others_wrote()
    assert [len(text.splitlines()) for text in texts] == [4, 2, 1, 2]
    for text in texts:
        assert "pay" in text
        assert not re.search(r"[<>\u202e\u0007]", text)
        assert not re.search(r"[&@#*_~`|\[\]](?!\u200b)", text)
        assert not re.search(r"://|www\.(?!\u200b)", text, re.IGNORECASE)


def test_a_long_word_of_others_is_cut() -> None:
    document = [{"json": {"settings": {}, "from": "f" * 5000, "file": "😀" * 5000, "mail": "m", "part": "a"}}]
    found = {"comparisons": [], "not_compared": "n" * 5000}
    [made] = code(SUPPLIER, "Say what differs", of(found), **{"One item a document": document})
    assert made["json"]["text"].startswith("😀" * 120 + " of " + "f" * 120 + " was read")
    assert len(made["json"]["text"]) < 700


def test_triage_waits_for_as_long_as_the_chat_may_take(tmp_path: Path) -> None:
    """Called again meanwhile, the workflow would not know yet that it tells the chat already."""
    done = CliRunner().invoke(app, [str(tmp_path / "out"), "--home", str(tmp_path / "home")])
    said = re.search(r"^listeners:\n(?:  .*\n)+", done.output, re.MULTILINE)
    assert said is not None, done.output
    listeners = [Listener.model_validate(each) for each in yaml.safe_load(said[0])["listeners"]]
    nodes = json.loads((WORKFLOWS / f"{UNSURE}.json").read_text(encoding="utf-8"))["nodes"]
    [chat] = [node for node in nodes if node["name"] == "Tell the chat"]
    once, tries, pause = chat["parameters"]["options"]["timeout"], chat["maxTries"], chat["waitBetweenTries"]
    longest = (once * tries + pause * (tries - 1)) / 1000
    assert len(listeners) == 2
    for listener in listeners:
        assert listener.timeout_seconds > longest
