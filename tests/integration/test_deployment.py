"""The files of a deployment: units start the real processes, the compose file says what the software understands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import textwrap
import time
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from fnmatch import fnmatch
from pathlib import Path

import httpx
import pytest
import yaml

from service import health
from triage.cli.wiring import open_store
from triage.settings import Settings

ROOT = Path(__file__).parents[2]
UNITS = ROOT / "service" / "deploy" / "systemd"
COMPOSE = ROOT / "service" / "deploy" / "compose"
PAGE = ROOT / "docs" / "deployment.md"
TRIAGE = Path(sys.executable).with_name("triage")
INSTALLED = "/opt/odoo-triage/current/bin/triage"
KINDS = {".service", ".socket", ".timer"}


def _unit(name: str) -> dict[str, str]:
    lines = (UNITS / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _environment() -> dict[str, str]:
    lines = (UNITS / "environment.example").read_text(encoding="utf-8").splitlines()
    return dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))


def _command(unit: str, environment: Mapping[str, str], **replaced: str) -> list[str]:
    text = _unit(unit)["ExecStart"].replace(INSTALLED, str(TRIAGE))
    for old, new in ({"%H": "here", "%i": "1"} | replaced).items():
        text = text.replace(old, new)
    return [part.replace("${", "{").format(**environment) for part in shlex.split(text)]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@contextmanager
def _running(command: list[str], home: Path, log: Path) -> Iterator[subprocess.Popen[bytes]]:
    with log.open("wb") as lines:
        process = subprocess.Popen(command, env=os.environ | {"TRIAGE_HOME": str(home)}, stdout=lines, stderr=lines)
    try:
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(30)


def _until(done, what: str, log: Path) -> None:
    end = time.monotonic() + 120
    while time.monotonic() < end:
        if done():
            return
        time.sleep(0.1)
    raise AssertionError(f"{what}:\n{log.read_text(encoding='utf-8', errors='replace')}")


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=5).status_code == 200
    except httpx.HTTPError:
        return False


def _workers(home: Path) -> set[str]:
    """Slots of the workers that have been heard of."""
    with open_store(Settings.of(home)) as store:
        return {str(row[0]) for row in store.database.query("SELECT id FROM workers WHERE stopped_at IS NULL")}


def test_units_start_a_service_that_is_ready_and_stops_at_once_when_told(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    port = str(_free_port())
    web = _command("odoo-triage-web.service", {}, **{"8087": port})
    worker = _command("odoo-triage-worker@.service", {})
    with _running(web, home, tmp_path / "web.log") as serving, _running(worker, home, tmp_path / "w.log") as working:
        ready = f"http://127.0.0.1:{port}/readyz"
        _until(lambda: _answers(ready), "the service is not ready", tmp_path / "web.log")
        _until(lambda: "here-1" in _workers(home), "no worker is at work", tmp_path / "w.log")
        for process, unit in ((working, "odoo-triage-worker@.service"), (serving, "odoo-triage-web.service")):
            process.send_signal(signal.SIGTERM)
            assert process.wait(int(_unit(unit)["TimeoutStopSec"])) == 0


def _store_with_a_card(home: Path) -> dict[str, str]:
    """Environment of a store in which something can be signed and copied."""
    at = os.environ | {"TRIAGE_HOME": str(home)}
    first = min((ROOT / "triage" / "sample_day" / "mails").glob("*.eml"))
    subprocess.run([TRIAGE, "run", first, "--company", "Brandt"], env=at, check=True, capture_output=True)
    return at


@contextmanager
def _signing(key: Path, listens: Path) -> Iterator[None]:
    """The signer as systemd starts it: its command for each connection, which is its input and its output."""
    command = _command("odoo-triage-signer@.service", {}, **{"/etc/odoo-triage-signer/signing.key": str(key)})
    for way in ("StandardInput", "StandardOutput"):
        assert _unit("odoo-triage-signer@.service")[way] == "socket"
    log = listens.with_suffix(".log")
    with _running(["systemd-socket-activate", "--accept", "--inetd", "-l", str(listens), *command], key.parent, log):
        _until(listens.exists, "nobody listens", log)
        yield


@pytest.mark.slow
@pytest.mark.skipif(
    shutil.which("systemd-socket-activate") is None or shutil.which("setpriv") is None,
    reason="systemd-socket-activate or setpriv is not here",
)
def test_a_checkpoint_is_signed_although_no_process_may_become_another_account(tmp_path: Path) -> None:
    """With the signer of the environment file, and what most options of a unit imply: `NoNewPrivileges`."""
    at = _store_with_a_card(tmp_path / "home")
    (tmp_path / "checkpoints").mkdir()
    subprocess.run([TRIAGE, "audit", "keygen", tmp_path / "signing.key"], env=at, check=True, capture_output=True)
    command = _command("odoo-triage-checkpoint.service", {"TRIAGE_CHECKPOINTS": str(tmp_path / "checkpoints")})
    command[command.index("--records") + 1] = "1"
    client, address = shlex.split(_environment()["TRIAGE_SIGNER"])
    assert address == _unit("odoo-triage-signer.socket")["ListenStream"]
    source = next(line.split()[-2] for line in _steps("A machine with systemd") if line.endswith(f" {client}"))
    signer = shlex.join([str(ROOT / source), str(tmp_path / "s")])
    with _signing(tmp_path / "signing.key", tmp_path / "s"):
        closed = ["setpriv", "--no-new-privs", *command]
        done = subprocess.run(closed, env=at | {"TRIAGE_SIGNER": signer}, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (made,) = (tmp_path / "checkpoints").glob("checkpoint-*.json")
    verify = [TRIAGE, "audit", "verify", "--checkpoint", made, "--public-key", tmp_path / "signing.key.pub"]
    subprocess.run(verify, env=at, check=True, capture_output=True)


IMPLY_NO_NEW_PRIVILEGES = {
    "NoNewPrivileges", "DynamicUser", "LockPersonality", "MemoryDenyWriteExecute", "PrivateDevices", "ProtectClock",
    "ProtectHostname", "ProtectKernelLogs", "ProtectKernelModules", "ProtectKernelTunables", "RestrictAddressFamilies",
    "RestrictNamespaces", "RestrictRealtime", "RestrictSUIDSGID", "SystemCallArchitectures", "SystemCallFilter",
    "SystemCallLog",
}  # fmt: skip
"""Options of a unit after which no process of it can become another account (systemd.exec(5), version 252)."""


def test_what_a_closed_unit_starts_becomes_no_other_account() -> None:
    """`sudo` refuses there. Whatever runs as another account is a unit of its own, and only its account has the key."""
    becomes = {"sudo", "su", "runuser", "doas", "pkexec"}
    for path in UNITS.glob("*.service"):
        unit = _unit(path.name)
        if not IMPLY_NO_NEW_PRIVILEGES & unit.keys():
            continue
        values = [unit["ExecStart"], *(_environment().values() if "EnvironmentFile" in unit else ())]
        words = {Path(word).name for value in values for word in value.split()}
        assert words & becomes == set(), path.name
    signer, socket_ = _unit("odoo-triage-signer@.service"), _unit("odoo-triage-signer.socket")
    assert signer["User"] != _unit("odoo-triage-checkpoint.service")["User"] == socket_["SocketGroup"]
    assert socket_["SocketMode"] == "0660"


@pytest.mark.slow
def test_the_timer_of_copies_makes_one_each_night(tmp_path: Path) -> None:
    at = _store_with_a_card(tmp_path / "home")
    places = {"TRIAGE_BACKUP": str(tmp_path / "copy"), "TRIAGE_BACKUP_KEYS": str(tmp_path / "copy of keys")}
    assert {*places, "TRIAGE_CHECKPOINTS"} <= set(_environment())
    nights = 2
    for night in range(nights):  # the second writes nothing over, and does not fail
        if night:
            time.sleep(1.1)  # folders are named by the second
        command = _command("odoo-triage-backup.service", places)
        done = subprocess.run(command, env=at, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    for place in places.values():
        assert len(list(Path(place).iterdir())) == nights


@pytest.mark.parametrize("variable", [None, "TRIAGE_DATABASE", "TRIAGE_KEYS"])
def test_the_timer_of_copies_leaves_postgresql_alone(variable: str | None, tmp_path: Path) -> None:
    """Where `triage backup` would refuse, the unit's condition says no: skipped, not failed (status 1 to 254)."""
    there = {} if variable is None else {variable: "postgresql://odoo-triage@db.internal/a store's"}
    condition = shlex.split(_unit("odoo-triage-backup.service")["ExecCondition"].replace("$$", "$"))
    clean = {name: value for name, value in os.environ.items() if not name.startswith("TRIAGE_")}
    done = subprocess.run(condition, env=clean | there, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0 if variable is None else 1, "")


def test_every_variable_of_the_units_is_one_that_the_software_reads() -> None:
    told = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("configuration.md", "odoo.md"))
    only_here = {"TRIAGE_CHECKPOINTS", "TRIAGE_BACKUP", "TRIAGE_BACKUP_KEYS", "PGPASSFILE"}
    compose = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))
    named = set(_environment())
    for service in compose["services"].values():
        named |= {name for name in service.get("environment", {}) if name.startswith("TRIAGE_")}
    unknown = {name for name in named - only_here if f"`{name}`" not in told}
    assert unknown == set()


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
def test_systemd_understands_the_units_and_finds_them_closed(tmp_path: Path) -> None:
    for path in UNITS.iterdir():
        if path.suffix in KINDS:
            text = path.read_text(encoding="utf-8").replace(INSTALLED, "/bin/true")
            (tmp_path / path.name).write_text(text, encoding="utf-8")
    for path in sorted(tmp_path.iterdir()):
        done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.strip()) == (0, ""), path.name
    for name in ("web", "worker@", "checkpoint", "signer@"):
        rated = [
            "systemd-analyze",
            "security",
            "--offline=true",
            "--threshold=20",
            tmp_path / f"odoo-triage-{name}.service",
        ]
        done = subprocess.run(rated, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-400:]


def test_the_compose_file_starts_what_exists_with_secrets_from_files_only() -> None:
    compose = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))
    services = compose["services"]
    slots = [service["command"][-1] for name, service in services.items() if name.startswith("worker-")]
    assert len(slots) == len(set(slots)) >= 2
    for name, service in services.items():
        assert "latest" not in service["image"], name
        assert set(service.get("secrets", ())) <= set(compose["secrets"]), name
        for variable, value in service.get("environment", {}).items():
            assert "PASSWORD" not in variable or variable.endswith("_FILE"), variable
            assert not re.search(r"://[^@/]*:[^@/]*@", str(value)), f"a password in {variable}"
        command = service.get("command", [])
        if command[:1] == ["triage"]:
            options = [part for part in command if part.startswith("--")]
            told = subprocess.run([TRIAGE, command[1], "--help"], capture_output=True, text=True, check=True).stdout
            assert all(option in told for option in options), name
    assert all(each["file"].startswith("./secrets/") for each in compose["secrets"].values())
    probe = services["web"]["healthcheck"]["test"][-1]
    port = services["web"]["expose"][0]
    assert f":{port}/readyz" in probe
    assert services["web"]["command"][-1] == port


def test_a_hanging_odoo_makes_no_container_unhealthy() -> None:
    """Readiness looks twice, each time as long as a part may hang: whoever asks waits for longer than that."""
    check = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))["services"]["web"]["healthcheck"]
    waits = float(re.search(r"timeout=([\d.]+)", check["test"][-1])[1])
    assert 2 * health._SECONDS < waits < float(check["timeout"].removesuffix("s")) < float(check["interval"][:-1])


@pytest.mark.slow
def test_the_container_of_checkpoints_makes_them_and_alone_has_the_key(tmp_path: Path) -> None:
    services = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))["services"]
    own = services.pop("checkpoint")
    for name, service in services.items():
        told = yaml.safe_dump([service.get(part) for part in ("secrets", "environment", "volumes")])
        assert "signing_key" not in told and "checkpoints" not in told, name
    secret = Path(own["environment"]["TRIAGE_SIGNING_KEY"])
    assert secret.parent == Path("/run/secrets") and secret.name in own["secrets"]
    key, kept, log = tmp_path / "signing.key", tmp_path / "checkpoints", tmp_path / "log"
    kept.mkdir()
    at = _store_with_a_card(tmp_path / "home") | {"TRIAGE_SIGNING_KEY": str(key)}
    at["PATH"] = f"{TRIAGE.parent}:{at['PATH']}"
    subprocess.run([TRIAGE, "audit", "keygen", key], env=at, check=True, capture_output=True)
    *shell, loop = own["command"]
    mounted = {place: here for here, place in (each.split(":") for each in own["volumes"])}
    assert mounted["/checkpoints"] == "./checkpoints"
    loop = (
        loop.replace("/checkpoints", str(kept)).replace("--records 1000", "--records 1").replace("sleep 300", "sleep 1")
    )
    with log.open("wb") as lines:
        process = subprocess.Popen([*shell, loop], env=at, stdout=lines, stderr=lines)
    try:
        _until(lambda: len(list(kept.glob("checkpoint-*.json"))) > 0, "no checkpoint", log)
        _until(lambda: b"No checkpoint is due" in log.read_bytes(), "no second look", log)
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == -signal.SIGTERM
    finally:
        process.kill()
        process.wait(30)


def test_containers_stop_when_told_and_start_when_their_databases_are_there() -> None:
    services = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))["services"]
    for name, service in services.items():
        if service["image"] == "odoo-triage":
            assert service["init"] is True, f"{name}: its process would be the first one, deaf until it listens"
        if service["image"].startswith("postgres"):
            assert "-h" in service["healthcheck"]["test"], f"{name}: over the socket a database in the making answers"
            assert service["secrets"] == [f"{name}_password"], "each server knows its own password only"


def test_what_the_compose_file_asks_for_the_page_says() -> None:
    text = (COMPOSE / "compose.yaml").read_text(encoding="utf-8")
    written = {line.split()[1].split("=")[0] for line in _steps("Containers") if line.endswith("> .env")}
    assert set(re.findall(r"\$\{(\w+)", text)) == written
    page = PAGE.read_text(encoding="utf-8")
    assert {name for name in yaml.safe_load(text)["secrets"] if f"`{name}`" not in page} == set()
    assert any(re.match(r"cp \S*/compose\.yaml /", line) for line in _steps("Containers")), (
        "beside the code lie secrets"
    )


def _let_in(path: str) -> bool:
    """Whether `.dockerignore` lets a file into the image: the last line that names it, or a folder that it lies in."""
    parts = path.split("/")
    above = ["/".join(parts[:length]) for length in range(1, len(parts) + 1)]
    inside = True
    for line in (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        pattern = line.removeprefix("!")
        if pattern.startswith("**/"):
            named = any(fnmatch(part, pattern[3:]) for part in parts)
        else:
            named = pattern in above or (pattern == "*")
        if named:
            inside = line.startswith("!")
    return inside


def test_nothing_but_the_software_gets_into_the_image() -> None:
    outside = (
        ".git/config", ".venv/bin/python", ".env", "var/audit.db", "odoo.key", "tests/conftest.py", "dist/sbom.json",
        "service/deploy/compose/secrets/pgpass", "service/deploy/compose/home/odoo.yaml", "service/deploy/compose/.env",
        "triage/__pycache__/settings.pyc",
    )  # fmt: skip
    assert [path for path in outside if _let_in(path)] == []
    made_of = [path for top in ("triage", "service", "evals", "prompts") for path in (ROOT / top).rglob("*.*")]
    software = [
        path.relative_to(ROOT).as_posix()
        for path in [*made_of, *(ROOT / "requirements").iterdir(), ROOT / "pyproject.toml", ROOT / "LICENSE"]
        if path.is_file() and "__pycache__" not in path.parts and not path.is_relative_to(UNITS.parent)
    ]
    assert len(software) > 500
    assert [path for path in software if not _let_in(path)] == []


def test_a_package_made_beside_a_running_installation_holds_no_secret(tmp_path: Path) -> None:
    """As a wheel is made by `pip install .`, in a checkout in which somebody set the containers up."""
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore", "triage/__init__.py", "service/__init__.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    for name in ("evals", "prompts"):
        (tmp_path / name).mkdir()
    running = tmp_path / "service" / "deploy" / "compose"
    shutil.copytree(COMPOSE, running)
    for name in ("secrets/pgpass", "home/odoo.yaml", ".env"):
        (running / name).parent.mkdir(exist_ok=True)
        (running / name).write_text("secret", encoding="utf-8")
    making = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", tmp_path / "dist"]
    subprocess.run(making, cwd=tmp_path, check=True, capture_output=True)
    with zipfile.ZipFile(next((tmp_path / "dist").glob("*.whl"))) as wheel:
        held = {name.removeprefix("service/deploy/compose/") for name in wheel.namelist() if "compose" in name}
    assert held == {"Dockerfile", "compose.yaml"}


def test_the_image_is_made_of_what_is_there() -> None:
    text = (COMPOSE / "Dockerfile").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith("COPY requirements"):
            assert all((ROOT / part).exists() for part in line.split()[1:-1])
    assert re.search(r"^USER odoo-triage$", text, re.M)
    assert "--require-hashes" in text


def _blocks(heading: str) -> list[str]:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}\n", 1)[1].split("\n## ", 1)[0]
    return [textwrap.dedent(each) for each in re.findall(r"^ *```bash\n *# step\n(.*?)^ *```$", section, re.S | re.M)]


def _steps(heading: str) -> list[str]:
    return [line for block in _blocks(heading) for line in block.strip().splitlines()]


STAND_INS = {
    "useradd": "",
    "chown": "",
    "curl": "",
    "systemctl": "",
    "docker": 'case "$*" in *" triage audit keygen /secrets/"*) '
    'exec "$TRIAGE" audit keygen "$BELOW/srv/odoo-triage/secrets/${*##*/}";; esac',
    "runuser": 'while [ "$1" != -- ]; do shift; done; shift; exec "$@"',
    "systemd-run": 'while [ "${1#--}" != "$1" ]; do shift; done; exec "$@"',
    "install": 'for a do shift; case $a in -o | -g) skip=1;; *) [ "$skip" ] || set -- "$@" "$a"; skip=;; esac; done; '
    'exec "$INSTALL" "$@"',
}
"""Programs of the steps that need accounts, systemd or a container engine; each call is written down first."""


class Machine:
    """A folder in place of the root of the disk, below which steps are run, and what was asked of stand-ins."""

    def __init__(self, root: Path) -> None:
        self.root = root
        programs = root / "stand-ins"
        programs.mkdir(parents=True)
        (root / "etc" / "systemd" / "system").mkdir(parents=True)
        (root / "calls").touch()
        for name, does in STAND_INS.items():
            (programs / name).write_text(f'#!/bin/sh\necho "{name} $*" >> "$BELOW/calls"\n{does}\n', encoding="utf-8")
            (programs / name).chmod(0o755)
        self.environment = os.environ | {
            "PATH": f"{programs}:{os.environ['PATH']}",
            "BELOW": str(root),
            "INSTALL": str(shutil.which("install")),
            "TRIAGE": str(TRIAGE),
            "TRIAGE_HOME": str(root / "var" / "lib" / "odoo-triage"),
        }

    def run(self, lines: list[str], folder: Path) -> str:
        """What they print. Fails with the first line that does."""
        script = re.sub(r"(?<![\w./:])/(opt|etc|var|srv)/", rf"{self.root}/\1/", "\n".join(["set -eu", *lines]))
        done = subprocess.run(
            ["sh", "-c", script], cwd=folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-2000:]}"
        return done.stdout

    def calls(self) -> list[str]:
        return (self.root / "calls").read_text(encoding="utf-8").splitlines()


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source archive, unpacked."""
    made = tmp_path_factory.mktemp("archive")
    making = [sys.executable, "-m", "hatchling", "build", "-t", "sdist", "-d", made]
    subprocess.run(making, cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(next(made.glob("*.tar.gz"))) as packed:
        packed.extractall(made, filter="data")
    return next(path for path in made.iterdir() if path.is_dir())


def test_the_source_archive_has_what_steps_and_targets_need(archive: Path) -> None:
    for heading in ("A machine with systemd", "Containers", "A new version"):
        words = {word.rstrip(")") for line in _steps(heading) for word in line.split()}
        needed = {word for word in words if word.startswith(("service/", "requirements/", "triage/"))}
        assert {word for word in needed if not list(archive.glob(word))} == set(), heading
    for line in (COMPOSE / "Dockerfile").read_text(encoding="utf-8").splitlines():
        if line.startswith("COPY requirements"):
            assert all((archive / part).exists() for part in line.split()[1:-1])
    for name in (".dockerignore", ".gitignore", "SECURITY.md", "Makefile", "requirements/dev.txt", ".ci/security.py"):
        assert (archive / name).is_file(), name


def test_the_steps_of_containers_leave_what_compose_mounts_and_nothing_for_others(tmp_path: Path) -> None:
    machine = Machine(tmp_path / "machine")
    folder = machine.root / "srv" / "odoo-triage"
    before, after = _blocks("Containers")
    secrets = yaml.safe_load((COMPOSE / "compose.yaml").read_text(encoding="utf-8"))["secrets"]
    shutil.copytree(COMPOSE, tmp_path / "checkout" / "service" / "deploy" / "compose")
    machine.run(before.splitlines(), tmp_path / "checkout")
    for each in secrets.values():
        if each["file"] != "./secrets/signing_key":  # that one the steps have made
            (folder / each["file"]).write_text("secret", encoding="utf-8")
    machine.run(after.splitlines(), folder)
    assert (folder / ".env").read_text(encoding="utf-8").startswith("TRIAGE_HOST=")
    assert (folder / "compose.yaml").is_file() and (folder / "signing_key.pub").is_file()
    for each in (folder / "home", folder / "checkpoints", *(folder / each["file"] for each in secrets.values())):
        assert each.stat().st_mode & 0o077 == 0, each
    owned = next(line for line in machine.calls() if line.startswith("chown"))
    assert {"10001", "home", "secrets", "checkpoints"} <= set(owned.split())


def _unit_of(name: str) -> Path:
    """The file of a unit as `systemctl` is told of it."""
    stem, _, kind = name.rpartition(".") if Path(name).suffix in KINDS else (name, "", "service")
    return UNITS / (re.sub(r"@\w+$", "@", stem) + f".{kind}")


def test_what_steps_start_are_units_and_all_that_can_be_enabled_is() -> None:
    lines = [line for heading in ("A machine with systemd", "A new version") for line in _steps(heading)]
    told = [line.split()[1:] for line in lines if line.startswith("systemctl")]
    named = {name for verb, *rest in told if verb in {"enable", "restart"} for name in rest if name[0] != "-"}
    assert {name for name in named if not _unit_of(name).is_file()} == set()
    enabled = {_unit_of(name) for verb, *rest in told if verb == "enable" for name in rest if name[0] != "-"}
    wanted = {path for path in UNITS.iterdir() if path.suffix in KINDS and "[Install]" in path.read_text("utf-8")}
    assert enabled == wanted


def _version(triage: Path) -> str:
    told = subprocess.run([triage, "--version"], capture_output=True, text=True, check=True, cwd="/").stdout
    return re.search(r"\d[\w.]*", told)[0]


@pytest.fixture(scope="module")
def machine(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Machine:
    """On which the source archive was installed as the page says."""
    made = Machine(tmp_path_factory.mktemp("machine"))
    made.run(_steps("A machine with systemd"), archive)
    return made


@pytest.mark.slow
def test_the_steps_of_the_page_install_a_version_that_works(machine: Machine) -> None:
    versions = machine.root / "opt" / "odoo-triage"
    assert (versions / "current").resolve() == versions / _version(versions / "current" / "bin" / "triage")
    key = machine.root / "etc" / "odoo-triage-signer" / "signing.key"
    assert key.is_file() and key.parent.stat().st_mode & 0o777 == 0o700
    assert (machine.root / "etc" / "odoo-triage" / "environment").stat().st_mode & 0o777 == 0o640
    installed = {path.name for path in (machine.root / "etc" / "systemd" / "system").iterdir()}
    assert installed == {path.name for path in UNITS.iterdir() if path.suffix in KINDS}
    client = machine.root / _environment()["TRIAGE_SIGNER"].split()[0].lstrip("/")
    assert client.stat().st_mode & 0o777 == 0o755


@pytest.mark.slow
def test_the_steps_put_a_new_version_beside_one_that_runs(machine: Machine, archive: Path, tmp_path: Path) -> None:
    """Packages of the new version are those of the old one here; its steps fetch them anew."""
    versions = machine.root / "opt" / "odoo-triage"
    old = _version(versions / "current" / "bin" / "triage")
    newer = tmp_path / "newer"
    shutil.copytree(archive, newer)
    text = (newer / "triage" / "__init__.py").read_text(encoding="utf-8")
    (newer / "triage" / "__init__.py").write_text(text.replace(f'"{old}"', '"99.0"'), encoding="utf-8")
    fetched = next(line for line in _steps("A new version") if "--require-hashes" in line)
    assert fetched in _steps("A machine with systemd")
    beside, turned, *_ = ([line for line in each.splitlines() if line != fetched] for each in _blocks("A new version"))
    packages = next((versions / old).glob("lib/python*/site-packages"))
    place = str(packages).replace(f"/{old}/", "/99.0/")
    home = Path(machine.environment["TRIAGE_HOME"])
    _store_with_a_card(home)

    def worker(slot: str) -> list[str]:
        command = _command("odoo-triage-worker@.service", {}, **{"%i": slot})
        return [str(versions / "current" / "bin" / "triage"), *command[1:]]

    with _running(worker("1"), home, tmp_path / "old.log") as first:
        _until(lambda: "here-1" in _workers(home), "the old version is not at work", tmp_path / "old.log")
        borrowed = f"echo {shlex.quote(str(packages))} > {shlex.quote(place)}/borrowed.pth"
        made = next(number for number, line in enumerate(beside) if line.startswith("python3 -m venv"))
        machine.run([*beside[: made + 1], borrowed, *beside[made + 1 :], *turned], newer)
        assert (_version(versions / "current" / "bin" / "triage"), _version(versions / old / "bin" / "triage")) == (
            "99.0", old,
        )  # fmt: skip
        with _running(worker("2"), home, tmp_path / "new.log"):
            _until(lambda: {"here-1", "here-2"} <= _workers(home), "both are not at work", tmp_path / "new.log")
            assert first.poll() is None
            assert Path(f"/proc/{first.pid}/cmdline").read_bytes().startswith(bytes(versions / old))
    assert machine.calls()[-1] == "systemctl restart odoo-triage-worker@1"


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("make") is None, reason="make is not here")
def test_the_list_of_what_is_inside_names_every_pinned_package(tmp_path: Path) -> None:
    made = tmp_path / "dist" / "sbom.json"
    asked = ["make", "-o", ".venv/.dev", "sbom", f"BIN={Path(sys.executable).parent}", f"SBOM={made}"]
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    listed = {(each["name"].lower(), each["version"]) for each in json.loads(made.read_bytes())["components"]}
    pinned = re.findall(
        r"^([\w.-]+)(?:\[.*?\])?==([\w.+!-]+)", (ROOT / "requirements" / "base.txt").read_text("utf-8"), re.M
    )
    assert len(pinned) > 40
    assert {(name.lower(), version) for name, version in pinned} <= listed
