from __future__ import annotations

import random

import pytest

from triage.domain import MessageKind
from triage.intake.mail import Mail, parse_mail
from triage.intake.thread import bare_subject, is_reply, threads

ANA = "Ana <ana@ebro.example>"
DESK = "orders@brandt-mercer.example"


def mail(
    number: int,
    *,
    subject: str = "S00042",
    day: int | None = None,
    sender: str = ANA,
    to: str = DESK,
    answers: str = "",
    body: str = "text",
    extra: str = "",
) -> Mail:
    lines = [f"From: {sender}", f"To: {to}", f"Subject: {subject}", f"Message-ID: <{number}@x.example>"]
    if day is not None:
        lines.append(f"Date: {day % 28 + 1:02d} {('Oct', 'Nov', 'Dec')[day // 28]} 2026 10:00:00 +0000")
    if answers:
        lines += [f"In-Reply-To: {answers}", f"References: {answers}"]
    return parse_mail("\r\n".join([*lines, *([extra] if extra else []), "", body]).encode(), f"{number}.eml")


def groups(*mails: Mail) -> list[list[str]]:
    """Numbers of the mails of each thread; the same for any order of the files."""
    found = [[m.id.strip("<").partition("@")[0] for m in thread.messages] for thread in threads(mails)]
    for seed in range(4):
        shuffled = list(mails)
        random.Random(seed).shuffle(shuffled)
        assert threads(shuffled) == threads(mails)
    return found


def test_replies_join_their_mail_in_the_order_of_their_dates() -> None:
    first, second = mail(1, day=3), mail(2, day=4, answers="<1@x.example>")
    third = mail(3, day=5, answers="<1@x.example> <2@x.example>")
    assert groups(third, first, second) == [["1", "2", "3"]]


def test_two_replies_to_a_mail_that_is_not_there_are_one_thread() -> None:
    assert groups(mail(2, day=3, answers="<0@x.example>"), mail(3, day=4, answers="<0@x.example>")) == [["2", "3"]]


def test_other_mails_are_threads_of_their_own() -> None:
    assert groups(mail(2, day=4, subject="S00043"), mail(1, day=3)) == [["1"], ["2"]]


def test_a_mail_without_date_comes_last() -> None:
    assert groups(mail(1, answers="<2@x.example>"), mail(2, day=4)) == [["2", "1"]]


def test_the_same_mail_twice_counts_once() -> None:
    bare, full = mail(1, day=3, body="text"), mail(1, day=3, body="text and more")
    (thread,) = threads([bare, full])
    assert [m.body for m in thread.messages] == ["text and more"]
    assert thread.digests == (full.digest,)


def test_another_mail_of_the_same_id_is_kept_with_a_warning() -> None:
    one, other = mail(1, day=3, body="please cancel S00042"), mail(1, day=3, body="where is it?")
    for files in ([one, other, one], [other, one]):
        messages = [message for thread in threads(files) for message in thread.messages]
        assert {m.id: m.body for m in messages} == {
            "<1@x.example>": "please cancel S00042",
            "<1@x.example>#2": "where is it?",
        }
        warned = [m for m in messages if m.warnings]
        assert [m.id for m in warned] == ["<1@x.example>#2"]
        assert "same Message-ID" in warned[0].warnings[-1]


@pytest.mark.parametrize("prefix", ["Re:", "RE :", "AW:", "WG:", "RV:", "Antw:", "TR:", "Fwd:", "Re[2]:", "Re: AW:"])
def test_a_reply_without_headers_joins_by_subject_and_people(prefix: str) -> None:
    answer = mail(2, day=9, subject=f"{prefix} s00042", sender=DESK, to=ANA)
    assert groups(mail(1, day=3), answer) == [["1", "2"]]


@pytest.mark.parametrize(
    "second",
    [
        mail(2, day=9, subject="S00042"),
        mail(2, day=40, subject="Re: S00042"),
        mail(2, day=9, subject="Re: S00042", sender="bob@acme.example"),
        mail(2, day=9, subject="Re: S00043"),
        mail(2, subject="Re: S00042"),
        mail(2, day=9, subject="Re: S00042", answers="<9@x.example>"),
    ],
    ids=["no reply", "too late", "other people", "other subject", "no date", "answers another"],
)
def test_a_mail_that_only_resembles_a_reply_stands_alone(second: Mail) -> None:
    assert sorted(groups(mail(1, day=3), second)) == [["1"], ["2"]]


def test_an_empty_subject_joins_nothing() -> None:
    assert groups(mail(1, day=3, subject="Re:"), mail(2, day=4, subject="Re:")) == [["1"], ["2"]]


def test_an_attached_mail_comes_before_the_one_that_brought_it() -> None:
    inner = "From: bob@acme.example\r\nSubject: late\r\nMessage-ID: <0@acme.example>\r\n\r\nWhere is it?"
    body = f"--x\r\n\r\nFYI\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n{inner}\r\n--x--"
    outer = mail(1, day=3, body=body, extra="Content-Type: multipart/mixed; boundary=x")
    (thread,) = threads([outer])
    assert {m.id for m in thread.messages} == {"<0@acme.example>", "<1@x.example>"}
    assert dict(thread.inside) == {"<0@acme.example>": "<1@x.example>"}
    assert {m.id: m.kind for m in thread.messages}["<1@x.example>"] is MessageKind.NOTE


def test_a_mail_forwarded_as_text_stands_before_its_cover_note() -> None:
    body = (
        "FYI\n\n-----Original Message-----\nFrom: Bob <bob@acme.example>\nSent: Monday 17:12\nSubject: late\n\nWhere?"
    )
    (thread,) = threads([mail(1, day=3, subject="FW: late", body=body)])
    assert [m.body for m in thread.messages] == ["Where?", "FYI"]
    assert thread.ref.name == "<1@x.example>"


def test_an_attachment_that_comes_again_is_one_document() -> None:
    part = (
        "--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment; filename=a.pdf\r\n\r\n%PDF-1\r\n--x--"
    )
    multipart = "Content-Type: multipart/mixed; boundary=x"
    first = mail(1, day=3, body=part, extra=multipart)
    second = mail(2, day=4, body=part, extra=multipart, answers="<1@x.example>")
    (thread,) = threads([second, first])
    assert [(d.name, d.message) for d in thread.documents] == [("a.pdf", "<1@x.example>")]


@pytest.mark.parametrize(
    ("subject", "bare", "reply"),
    [
        ("Re: AW: S00042", "s00042", True),
        ("RE : Commande  4711", "commande 4711", True),
        ("Antwort: Reklamation", "reklamation", True),
        ("Return of goods", "return of goods", False),
        ("Result: ok", "result: ok", False),
        ("", "", False),
    ],
)
def test_a_subject_without_its_prefixes(subject: str, bare: str, reply: bool) -> None:
    assert (bare_subject(subject), is_reply(subject)) == (bare, reply)
