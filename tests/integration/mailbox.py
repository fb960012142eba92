"""A mailbox for tests that a real mail program reads over IMAP: one folder, one account, on loopback."""

from __future__ import annotations

import re
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.listening import in_thread

USER, PASSWORD = "orders", "a-password-of-the-test"


class Mailbox(socketserver.ThreadingTCPServer):
    """Speaks as much of IMAP4rev1 (RFC 3501) as a program needs to wait for mails and fetch them whole."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Session)
        self.mails: list[bytes] = []
        self.seen: set[int] = set()
        self.lock = threading.Lock()
        self.came = threading.Condition(self.lock)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.server_address[1])

    def deliver(self, mail: bytes) -> None:
        """A new mail."""
        with self.came:
            self.mails.append(mail)
            self.came.notify_all()


class _Session(socketserver.StreamRequestHandler):
    server: Mailbox

    def handle(self) -> None:
        self._say("* OK ready")
        self._known = 0
        while line := self.rfile.readline():
            words = line.decode("utf-8", "replace").strip().split(" ")
            tag, name = words[0], words[1].upper() if len(words) > 1 else ""
            if name == "UID" and len(words) > 2:
                name = f"UID {words[2].upper()}"
            answer = getattr(self, "_" + name.lower().replace(" ", "_"), None)
            if name == "LOGOUT":
                self._say("* BYE", f"{tag} OK")
                return
            if answer is None:
                self._say(f"{tag} BAD not known here")
                continue
            self._say(f"{tag} {answer(tag, ' '.join(words)) or 'OK done'}")

    def _say(self, *lines: str) -> None:
        with suppress(OSError):
            self.wfile.write("".join(f"{line}\r\n" for line in lines).encode())

    def _capability(self, tag: str, line: str) -> None:
        self._say("* CAPABILITY IMAP4rev1 IDLE")

    def _login(self, tag: str, line: str) -> str | None:
        return None if USER in line and PASSWORD in line else "NO wrong"

    def _noop(self, tag: str, line: str) -> None:
        self._tell()

    _check = _noop

    def _list(self, tag: str, line: str) -> None:
        self._say('* LIST (\\HasNoChildren) "/" INBOX')

    _lsub = _list

    def _status(self, tag: str, line: str) -> None:
        self._say(f"* STATUS INBOX (MESSAGES {len(self.server.mails)} UIDNEXT {len(self.server.mails) + 1})")

    def _select(self, tag: str, line: str) -> str:
        self._known = len(self.server.mails)
        self._say(
            f"* {self._known} EXISTS",
            "* 0 RECENT",
            "* FLAGS (\\Seen)",
            "* OK [PERMANENTFLAGS (\\Seen)] kept",
            "* OK [UIDVALIDITY 1] valid",
            f"* OK [UIDNEXT {self._known + 1}] next",
        )
        return "OK [READ-WRITE] selected"

    _examine = _select

    def _uid_search(self, tag: str, line: str) -> None:
        first = re.search(r"UID ([0-9]+):\*", line.partition("SEARCH")[2])
        count = len(self.server.mails)
        found = [number for number in range(1, count + 1) if number not in self.server.seen]
        if first:
            found = [number for number in found if number >= int(first[1])]
        self._say(" ".join(["* SEARCH", *map(str, found)]))

    def _uid_fetch(self, tag: str, line: str) -> None:
        wanted = line.split(" ")[3]
        for number in self._numbers(wanted):
            mail = self.server.mails[number - 1]
            flags = "\\Seen" if number in self.server.seen else ""
            if "BODY" in line.upper() or "RFC822" in line.upper():
                head = f"* {number} FETCH (UID {number} FLAGS ({flags}) BODY[] {{{len(mail)}}}\r\n"
                self.wfile.write(head.encode() + mail + b")\r\n")
            else:
                self._say(f"* {number} FETCH (UID {number} FLAGS ({flags}))")

    def _uid_store(self, tag: str, line: str) -> None:
        numbers = self._numbers(line.split(" ")[3])
        self.server.seen.update(numbers)
        self._say(*(f"* {number} FETCH (UID {number} FLAGS (\\Seen))" for number in numbers))

    def _idle(self, tag: str, line: str) -> None:
        self._say("+ idling")
        ended = threading.Event()

        def watch() -> None:
            while not ended.is_set():
                with self.server.came:
                    self.server.came.wait(0.2)
                self._tell()

        watching = threading.Thread(target=watch, daemon=True)
        watching.start()
        self.rfile.readline()  # DONE
        ended.set()
        watching.join(5)

    def _close(self, tag: str, line: str) -> None:
        pass

    def _tell(self) -> None:
        if (count := len(self.server.mails)) != self._known:
            self._known = count
            self._say(f"* {count} EXISTS")

    def _numbers(self, wanted: str) -> list[int]:
        count = len(self.server.mails)
        found: set[int] = set()
        for part in wanted.split(","):
            first, _, last = part.partition(":")
            begin = count if first == "*" else int(first)
            end = begin if not last else count if last == "*" else int(last)
            found.update(range(min(begin, end), max(begin, end) + 1))
        return sorted(number for number in found if 1 <= number <= count)


@contextmanager
def mailbox() -> Iterator[Mailbox]:
    """A mailbox that listens."""
    with in_thread(Mailbox()) as server:
        yield server
