"""Time and memory of reading documents, beside pdfplumber and `invoice2data` in the same run.

    python -m evals.document_load [--index INDEX.jsonl] [--pages 200] [--rows 10000] [--alone]

Each system runs in a process of its own and reads the documents of an index (milliseconds a page, on the clock and of
the processor), then one long file (seconds, and the peak memory of its processes). The other two are installed into a
throw-away environment that is deleted again; where that fails, a message says so and the run goes on without them.
`--alone` leaves them out. Processor time is that of the process and of the processes it started.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
OWN, RIVALS = "embedded extractor", ("regular expressions over pdfplumber", "invoice2data")
_INSTALLED = ("invoice2data", "pdfplumber")
_MOST_SECONDS = 1500
"""For one system; one that takes longer is named and left out."""


def long_file(pages: int, rows: int) -> bytes:
    """An invoice over so many pages with so many item lines, its sum at the end; a text file's worth of PDF."""
    each = -(-rows // pages)
    streams, total = [], 0
    for page in range(pages):
        numbers = range(page * each + 1, min(rows, (page + 1) * each) + 1)
        total += sum(_amount(n) for n in numbers)
        streams.append(_stream(list(_page(page, pages, numbers, total))))
    return _pdf(streams)


def _amount(number: int) -> int:
    """Cents of a line."""
    return (number % 97 + 1) * (number % 1999 + 105)


def _page(page: int, pages: int, numbers: range, total: int) -> Iterator[tuple[float, float, str]]:
    if page == 0:
        yield from [(50, 810, "Ravenscar Fasteners Ltd, 12 Dock Road, Whitby"), (50, 795, "Invoice 2026-88417"),
                    (300, 795, "Invoice date: 14 April 2026"), (50, 780, "To: Brandt & Mercer Supply B.V."),
                    (300, 780, "Your order: P00254")]  # fmt: skip
    titles = (
        (50, "Pos"),
        (85, "Item no."),
        (150, "Description"),
        (340, "Quantity"),
        (400, "Unit price"),
        (490, "Amount"),
    )
    yield from ((x, 760, title) for x, title in titles)
    for row, n in enumerate(numbers):
        y = 746 - 13.2 * row
        cents = n % 1999 + 105
        yield from [
            (50, y, str(n)),
            (85, y, f"RF-{n:05}"),
            (150, y, f"Hex bolt M{n % 30 + 4} x {n % 90 + 10} zinc"),
            (340, y, str(n % 97 + 1)),
            (400, y, f"{cents / 100:.2f}"),
            (490, y, f"{_amount(n) / 100:,.2f}"),
        ]
    if page == pages - 1:
        tax = (total * 20 + 50) // 100
        for row, (label, cents) in enumerate((("Net total", total), ("VAT 20%", tax), ("Total GBP", total + tax))):
            yield from [(380, 70 - 13 * row, label), (490, 70 - 13 * row, f"{cents / 100:,.2f}")]
    else:
        yield (50, 40, f"Page {page + 1} of {pages}")


def _stream(words: Sequence[tuple[float, float, str]]) -> bytes:
    def shown(text: str) -> str:
        return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")

    lines = "".join(f"1 0 0 1 {x:.1f} {y:.1f} Tm ({shown(text)}) Tj\n" for x, y, text in words)
    return f"BT /F 8 Tf\n{lines}ET".encode("latin-1")


def _pdf(streams: Sequence[bytes]) -> bytes:
    kids = " ".join(f"{4 + 2 * n} 0 R" for n in range(len(streams)))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {len(streams)}>>".encode(),
               b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"]  # fmt: skip
    for n, stream in enumerate(streams):
        about = f"/Resources<</Font<</F 3 0 R>>>>/Contents {5 + 2 * n} 0 R"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]{about}>>".encode())
        objects.append(f"<</Length {len(stream)}>>stream\n".encode() + stream + b"\nendstream")
    out, places = bytearray(b"%PDF-1.4\n"), []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    table = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return bytes(out) + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{table}{end}".encode()


def measured(system: str, paths: Sequence[Path], once: bool) -> Iterator[dict[str, Any]]:
    """Reads each document in this process and says what it took. For the child process.

    Unless it is to be done `once`, the first is read before, since what is loaded once is loaded then.
    """
    from evals.document_rivals import SYSTEMS

    if not once:
        SYSTEMS[system](paths[0])
    for path in paths:
        wall, own, others = time.perf_counter(), time.process_time(), _children()
        row = SYSTEMS[system](path)
        yield {
            "path": str(path),
            "lines": len(row.get("lines", ())),
            "wall": time.perf_counter() - wall,
            "cpu": time.process_time() - own + max(0.0, _children() - others),
            "peak": {"itself": _peak("self"), "its reader": max(map(_peak, _pids()), default=0.0)},
        }


def _pids() -> list[str]:
    """Processes that this one started (Linux)."""
    return [
        pid for task in Path("/proc/self/task").glob("*/children") for pid in task.read_text(encoding="ascii").split()
    ]


def _children() -> float:
    """Seconds of computing of the processes that this one started and that still run, and of those that ended."""
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    running = [int(Path(f"/proc/{pid}/schedstat").read_text(encoding="ascii").split()[0]) / 1e9 for pid in _pids()]
    return ended.ru_utime + ended.ru_stime + sum(running)


def _peak(pid: str) -> float:
    """Most memory that a process has held, in MB."""
    for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii", errors="replace").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1000
    return 0.0


def report(python: Path, system: str, paths: Sequence[Path], long: Path, pages: int) -> dict[str, Any]:
    """What a system took, each in a process of its own: the documents, then the long file."""
    rows = _child(python, system, paths)
    counts = {path: _pages(Path(path)) for path in {row["path"] for row in rows}}
    told: dict[str, Any] = {"system": system, "documents": len(rows)}
    for name in ("wall", "cpu"):
        each = sorted(1000 * row[name] / counts[row["path"]] for row in rows)
        told[f"ms_a_page_{name}"] = {"median": round(_at(each, 0.5), 1), "95th": round(_at(each, 0.95), 1)}
    told["pages_a_second"] = round(sum(counts[row["path"]] for row in rows) / sum(row["wall"] for row in rows), 1)
    one = _child(python, system, [long], once=True)[0]
    told["long_file"] = {
        "pages": pages,
        "lines_found": one["lines"],
        "seconds_wall": round(one["wall"], 1),
        "seconds_cpu": round(one["cpu"], 1),
        "peak_mb": {name: round(value) for name, value in one["peak"].items()},
    }
    return told


def _at(ordered: Sequence[float], share: float) -> float:
    return ordered[int(share * (len(ordered) - 1))]


def _pages(path: Path) -> int:
    import pypdfium2

    with pypdfium2.PdfDocument(path) as pdf:
        return max(1, len(pdf))


def _child(python: Path, system: str, paths: Sequence[Path], once: bool = False) -> list[dict[str, Any]]:
    arguments = [str(python), "-m", "evals.document_load", "--measure", system, *(["--once"] if once else [])]
    done = subprocess.run(
        arguments,
        input="\n".join(map(str, paths)),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=ROOT,
        timeout=_MOST_SECONDS,
        check=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    return [json.loads(line) for line in done.stdout.splitlines()]


def with_rivals(folder: Path) -> Path:
    """A Python with the other two packages, and ours behind them. Raises `CalledProcessError` where that fails."""
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, stdout=subprocess.DEVNULL)
    python = folder / "bin" / "python"
    subprocess.run([str(python), "-m", "pip", "install", "--quiet", "--quiet", *_INSTALLED], check=True, timeout=600)
    asked = [str(python), "-c", "import sysconfig; print(sysconfig.get_paths()['purelib'])"]
    site = subprocess.run(asked, check=True, stdout=subprocess.PIPE, text=True).stdout.strip()
    Path(site, "ours.pth").write_text(sysconfig.get_paths()["purelib"] + "\n", encoding="utf-8")
    return python


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs from the command line and prints a JSON object a system."""
    parser = argparse.ArgumentParser(prog="python -m evals.document_load", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--index", type=Path, default=ROOT / "evals" / "sets" / "documents" / "index.jsonl")
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--alone", action="store_true", help="only this project's extractor")
    parser.add_argument("--measure", help=argparse.SUPPRESS)
    parser.add_argument("--once", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args(arguments)
    if options.measure:
        paths = [Path(line) for line in sys.stdin.read().splitlines()]
        for told in measured(options.measure, paths, options.once):
            print(json.dumps(told))
        return
    from evals.documents import entries_of

    paths = [entry.path for entry in entries_of(options.index)]
    with tempfile.TemporaryDirectory() as folder:
        long = Path(folder, "long.pdf")
        long.write_bytes(long_file(options.pages, options.rows))
        print(json.dumps(report(Path(sys.executable), OWN, paths, long, options.pages)), flush=True)
        if options.alone:
            return
        try:
            python = with_rivals(Path(folder, "rivals"))
        except (subprocess.SubprocessError, OSError) as error:
            print(f"{' and '.join(_INSTALLED)} could not be installed, and are left out: {error}", file=sys.stderr)
            return
        for system in RIVALS:
            try:
                print(json.dumps(report(python, system, paths, long, options.pages)), flush=True)
            except (subprocess.SubprocessError, OSError) as error:
                print(f"{system}: left out ({type(error).__name__}): {error}", file=sys.stderr)


if __name__ == "__main__":
    main()
