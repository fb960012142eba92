"""Unsafe calls, secrets in files, known holes in what is installed. `make security`; ends with 1 where it found any.

A hole in a dependency is looked up over the network. Where that cannot be reached, this says so and goes on: nothing
was found then, because nothing was looked at.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from detect_secrets import SecretsCollection  # type: ignore[import-untyped]
from detect_secrets.settings import transient_settings  # type: ignore[import-untyped]

ROOT = Path(__file__).parents[1]
PYTHON = sys.executable
ACCEPTED = ROOT / ".ci" / "accepted-holes.txt"
"""One id a line, with the reason behind a `#`."""
NO_SECRETS = ROOT / ".ci" / "no-secrets.txt"
BINARY = (".jsonl", ".safetensors", ".npz", ".png", ".onnx", ".svg", ".bin", ".woff2", ".txt", "schema.json")
DETECTORS = (
    "AWSKeyDetector", "AzureStorageKeyDetector", "BasicAuthDetector", "GitHubTokenDetector", "GitLabTokenDetector",
    "JwtTokenDetector", "KeywordDetector", "NpmDetector", "OpenAIDetector", "PrivateKeyDetector", "PypiTokenDetector",
    "SlackDetector", "StripeDetector", "TwilioKeyDetector",
)  # fmt: skip
_WAIT = 60


def unsafe_calls() -> bool:
    """Bandit over what runs in production; what it must not say stands in pyproject.toml with the reason."""
    told = _run("-m", "bandit", "--quiet", "-c", "pyproject.toml", "-ll", "-ii", "-r", "triage", "service")
    if told.returncode:
        print(told.stdout[-8000:], told.stderr[-2000:])
    print(f"unsafe calls: {'found' if told.returncode else 'none'}")
    return told.returncode != 0


def secrets() -> bool:
    """Every text file that git holds, tests and evaluation sets left out: theirs are made up, and there are thousands.

    What looks like one and is none stands in `.ci/no-secrets.txt` as `file: line of code`.
    """
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        print("secrets: NOT LOOKED FOR, this is no git checkout")
        return False
    files = [name for name in listed.stdout.splitlines() if not _is_left_out(name) and (ROOT / name).exists()]
    known = {line.strip() for line in NO_SECRETS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")}
    found = SecretsCollection(root=str(ROOT))
    with transient_settings({"plugins_used": [{"name": name} for name in DETECTORS]}):
        for name in files:
            found.scan_file(name)
    unknown = [
        f"  {name}:{secret.line_number}: {secret.type}"
        for name, secret in found
        if f"{name}: {_line(name, secret.line_number)}" not in known
    ]
    print("\n".join(["secrets: found", *unknown]) if unknown else f"secrets: none in {len(files)} files")
    return bool(unknown)


def _is_left_out(name: str) -> bool:
    return name.startswith(("tests/", "evals/sets/", "triage/sample_day/")) or name.endswith(BINARY)


def _line(name: str, number: int) -> str:
    return (ROOT / name).read_text(encoding="utf-8").splitlines()[number - 1].strip()


def known_holes() -> bool:
    """pip-audit over the pinned versions that are installed with the base; that it does not run is found, too."""
    if _run("-m", "pip_audit", "--version").returncode:
        print("known holes: pip-audit is not installed or does not run")
        return True
    accepted = [line.split("#")[0].strip() for line in ACCEPTED.read_text(encoding="utf-8").splitlines()]
    ignored = [word for each in accepted if each for word in ("--ignore-vuln", each)]
    try:
        told = _run("-m", "pip_audit", "--requirement", "requirements/base.txt", "--disable-pip", "--no-deps",
                    "--format", "json", "--progress-spinner", "off", "--timeout", "15", *ignored,
                    timeout=_WAIT)  # fmt: skip
        dependencies = json.loads(told.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, json.JSONDecodeError, KeyError):
        print("known holes: NOT LOOKED UP, the index of holes was not reached")
        return False
    looked = [each for each in dependencies if "vulns" in each]
    holes = [
        (each["name"], each["version"], hole["id"], hole.get("fix_versions"))
        for each in looked
        for hole in each["vulns"]
    ]
    for name, version, number, fixed in holes:
        print(f"  {name} {version}: {number}, fixed in {', '.join(fixed or []) or 'no version'}")
    unknown = len(dependencies) - len(looked)
    said = f"{len(holes)} in {len(looked)} packages" + (f"; {unknown} NOT LOOKED UP: unknown there" if unknown else "")
    print(f"known holes: {said}")
    return bool(holes)


def _run(*words: str, timeout: float | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run([PYTHON, *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=timeout)


def main() -> int:
    """All three, whatever the first says."""
    return int(any([unsafe_calls(), secrets(), known_holes()]))


if __name__ == "__main__":
    raise SystemExit(main())
