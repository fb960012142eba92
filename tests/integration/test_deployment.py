"""The files of a deployment: units start the real processes, the compose file says what the software understands."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import socket
import subprocess
import sys
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


def _unit(name: str) -> dict[str, str]:
    lines = (UNITS / name).read_text(encoding="utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))


def _environment() -> dict[str, str]:
    lines = (UNITS / "environment.example").read_text(encoding="utf-8").splitlines()
    return dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_]+=", line))


def _command(unit: str, environment: Mapping[str, str], **replaced: str) -> list[str]:
    text = _unit(unit)["ExecStart"].replace("/opt/odoo-triage/bin/triage", str(TRIAGE))
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


@pytest.mark.slow
def test_timers_commands_do_what_they_are_for(tmp_path: Path) -> None:
    home = tmp_path / "home"
    mail = ROOT / "triage" / "sample_day" / "mails"
    first = sorted(mail.glob("*.eml"))[0]
    at = os.environ | {"TRIAGE_HOME": str(home)}
    subprocess.run([TRIAGE, "run", first, "--company", "Brandt"], env=at, check=True, capture_output=True)
    subprocess.run([TRIAGE, "audit", "keygen", tmp_path / "signing.key"], env=at, check=True, capture_output=True)
    places = {
        "TRIAGE_CHECKPOINTS": str(tmp_path / "checkpoints"),
        "TRIAGE_BACKUP": str(tmp_path / "copy"),
        "TRIAGE_BACKUP_KEYS": str(tmp_path / "copy of keys"),
    }
    assert set(places) <= set(_environment())
    for place in places.values():
        Path(place).mkdir()
    signer = f"{shlex.quote(str(TRIAGE))} audit sign {shlex.quote(str(tmp_path / 'signing.key'))}"
    nights = ["odoo-triage-backup.service"] * 2
    for unit in ("odoo-triage-checkpoint.service", *nights):
        command = _command(unit, places).copy()
        if unit.startswith("odoo-triage-checkpoint"):
            command[command.index("--minutes") + 1] = "1"
            command[command.index("--records") + 1] = "1"
        done = subprocess.run(command, env=at | {"TRIAGE_SIGNER": signer}, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    assert list((tmp_path / "checkpoints").glob("checkpoint-*.json"))
    for place in ("copy", "copy of keys"):  # the second night writes nothing over, and does not fail
        assert len(list((tmp_path / place).iterdir())) == len(nights)


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
        if path.suffix in {".service", ".timer"}:
            text = path.read_text(encoding="utf-8").replace("/opt/odoo-triage/bin/triage", "/bin/true")
            (tmp_path / path.name).write_text(text, encoding="utf-8")
    for path in sorted(tmp_path.iterdir()):
        done = subprocess.run(["systemd-analyze", "verify", path], capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr.strip()) == (0, ""), path.name
    for name in ("odoo-triage-web.service", "odoo-triage-worker@.service"):
        rated = ["systemd-analyze", "security", "--offline=true", "--threshold=20", tmp_path / name]
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


def _steps(heading: str) -> list[str]:
    section = PAGE.read_text(encoding="utf-8").split(f"## {heading}", 1)[1].split("\n## ", 1)[0]
    blocks = re.findall(r"```bash\n# step\n(.*?)```", section, re.S)
    return [line for block in blocks for line in block.strip().splitlines()]


NEEDS_A_MACHINE = ("useradd", "systemctl", "curl", "docker", "cd ", "mkdir", "chown", "chmod", "TRIAGE_HOST")


@pytest.mark.slow
def test_the_steps_of_the_page_install_a_version_that_works(tmp_path: Path) -> None:
    """Everything but accounts and systemd's own commands, below a folder in place of the root of the disk."""
    (tmp_path / "etc" / "systemd" / "system").mkdir(parents=True)
    done = []
    for line in _steps("A machine with systemd"):
        if line.startswith(NEEDS_A_MACHINE):
            continue
        words = shlex.split(line)
        own = [f"{tmp_path}{word}" if word.startswith(("/opt", "/etc", "/var")) else word for word in words]
        for owner in ("-o", "-g"):
            if owner in own:
                del own[own.index(owner) : own.index(owner) + 2]
        own = [str(path) for word in own for path in (sorted(ROOT.glob(word)) if "*" in word else [word])]
        subprocess.run(own, cwd=ROOT, check=True, capture_output=True, timeout=600)
        done.append(words[0])
    assert done.count("install") == 4
    installed = tmp_path / "opt" / "odoo-triage" / "bin" / "triage"
    told = subprocess.run([installed, "--version"], capture_output=True, text=True, check=True, cwd=tmp_path)
    assert re.search(r"\d+\.\d+", told.stdout)
    mode = (tmp_path / "etc" / "odoo-triage" / "environment").stat().st_mode & 0o777
    assert mode == 0o640
