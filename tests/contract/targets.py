"""What the suite runs against: the look-alike always, a real Odoo where variables name one.

`TRIAGE_TEST_ODOO_URL`, `TRIAGE_TEST_ODOO_DATABASE`, `TRIAGE_TEST_ODOO_LOGIN` and `TRIAGE_TEST_ODOO_KEY` (password or
API key) name a *test* database and an administrator of it; `TRIAGE_TEST_ODOO_API_KEY` adds JSON-2, and
`TRIAGE_TEST_ODOO_SMTP` (`127.0.0.1:2525`) says where that Odoo hands its mail in, so that the suite can listen there.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from tests.contract.arranged import Arranged, Kept
from tests.contract.catcher import Catcher
from triage.odoo.client import Odoo
from triage.odoo.connection import Tickets
from triage.odoo.gate.client import Gate
from triage.odoo.gate.inside import MODULE
from triage.odoo.grant import USER, grant, make_key
from triage.odoo.sandbox import Sandbox
from triage.odoo.transport import Api, Server

_PREFIX = "TRIAGE_TEST_ODOO_"
_SANDBOXES = {"sandbox-18-jsonrpc": 18, "sandbox-19-jsonrpc": 19, "sandbox-19-json2": 19}
_NEEDED = {"real-jsonrpc": ("URL", "DATABASE", "LOGIN", "KEY"), "real-json2": ("URL", "DATABASE", "API_KEY")}


def names() -> list[str]:
    """All targets that can be reached here."""
    return [*_SANDBOXES, *(name for name, needed in _NEEDED.items() if all(map(_variable, needed)))]


def is_json2(name: str) -> bool:
    """Whether the target is used over JSON-2."""
    return name.endswith("json2")


def is_sandbox(name: str) -> bool:
    """Whether the target is the look-alike."""
    return name in _SANDBOXES


def shows_mails(name: str) -> bool:
    """Whether the target's mails can be seen."""
    return is_sandbox(name) or bool(_variable("SMTP"))


@dataclass
class Target:
    """One Odoo over one transport, with the gate and the service user in it."""

    name: str
    admin: Odoo
    reach: Callable[[str, str], Server]
    """Where to connect as somebody: login and key to server."""
    sandbox: Sandbox | None = None
    catcher: Catcher | None = None
    bot_id: int = 0
    bot_key: str = ""
    bot_login: str = ""
    kept: Kept = field(default_factory=Kept)
    bot: Odoo = field(init=False)
    gate: Gate = field(init=False)

    def __post_init__(self) -> None:
        Arranged(self.admin).other_company()  # before the grant, which lets the service user into all companies
        grant(self.admin, stage=Tickets().stage, accounting=True)
        domain = [("module", "=", MODULE), ("name", "=", USER)]
        row = self.admin.search("ir.model.data", domain, ["res_id"])[0]
        self.bot_id = int(row.number("res_id") or 0)
        self.bot_login = self.admin.read("res.users", [self.bot_id], ["login"])[0].text("login") or ""
        self.bot_key = make_key(self.admin, self.bot_id, 1)
        self.bot = Odoo.connect(self.bot_server)
        found = Gate.find(self.bot)
        assert found is not None, f"{self.name}: the service user sees no gate"
        self.gate = found

    @property
    def bot_server(self) -> Server:
        """Where the service user connects."""
        return self.reach(self.bot_login, self.bot_key)

    @property
    def major(self) -> int:
        """Odoo's version."""
        return self.admin.version.major

    def signed_in(self, user: int) -> Odoo:
        """A connection of another user, with a key made for it."""
        login = self.admin.read("res.users", [user], ["login"])[0].text("login") or ""
        return Odoo.connect(self.reach(login, make_key(self.admin, user, 1)))

    def mails(self, at_least: int = 0) -> list[tuple[str, ...]]:
        """Recipients of each mail that was sent so far; waits for a real one."""
        if self.sandbox is not None:
            return [mail.to for mail in self.sandbox.mails]
        assert self.catcher is not None
        return [mail.to for mail in self.catcher.wait_for(at_least, 10.0 if at_least else 0.0)]


@contextlib.contextmanager
def opened(name: str) -> Iterator[Target]:
    """The target, ready for use."""
    if is_sandbox(name):
        with Sandbox(_SANDBOXES[name]) as sandbox:
            yield in_sandbox(name, sandbox)
        return
    with contextlib.ExitStack() as stack:
        catcher = stack.enter_context(_catcher()) if _variable("SMTP") else None
        target = Target(name, Odoo.connect(_real(name)), _reaching(name), catcher=catcher)
        yield target
        Arranged(target.admin, target.kept).remove()


def in_sandbox(name: str, sandbox: Sandbox) -> Target:
    """A running look-alike as a target."""

    def reach(login: str, key: str) -> Server:
        api = Api.JSON2 if is_json2(name) else Api.JSONRPC
        return Server(sandbox.url, sandbox.database, login, key, api, timeout_seconds=20)

    admin = Odoo.connect(reach(sandbox.admin.login, sandbox.admin.api_key))
    return Target(name, admin, reach, sandbox=sandbox)


def _reaching(name: str) -> Callable[[str, str], Server]:
    api = Api.JSON2 if is_json2(name) else Api.JSONRPC
    return lambda login, key: Server(_variable("URL"), _variable("DATABASE"), login, key, api, timeout_seconds=120)


def _real(name: str) -> Server:
    return _reaching(name)(_variable("LOGIN"), _variable("API_KEY" if is_json2(name) else "KEY"))


def _catcher() -> Catcher:
    host, _, port = _variable("SMTP").rpartition(":")
    return Catcher(host, int(port))


def _variable(name: str) -> str:
    return os.environ.get(_PREFIX + name, "")
