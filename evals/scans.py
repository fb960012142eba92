"""Make scans of documents whose truth is known, to measure reading by OCR. Needs the extra `ocr`.

    python -m evals.scans --index INDEX.jsonl --split dev --count 10 --dpi 200 --out FOLDER
    python -m evals.documents --index FOLDER/scans/index.jsonl --ocr

Each page is drawn, turned by up to 1.2 degrees, given grain and a shadow, and packed as a JPEG, as office scanners do.
The same documents and options give the same files.
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_MOST_SKEW = 1.2
_GRAIN = 6.0
"""Steps of grey, standard deviation."""
_SHADOW = 18.0
"""Steps of grey from one side of the page to the other."""
_QUALITY = 75


@dataclass(frozen=True)
class Wear:
    """What scanning does to a page."""

    dpi: int = 200
    skew: tuple[float, float] = (-_MOST_SKEW, _MOST_SKEW)
    """Least and most degrees, clockwise."""
    grain: float = _GRAIN
    quality: int = _QUALITY
    """Of the JPEG, up to 100."""


def scanned(content: bytes, wear: Wear, seed: int) -> bytes:
    """A PDF as a scan of it: one picture a page, no text."""
    import pypdfium2

    pdf = pypdfium2.PdfDocument(content)
    chance = np.random.default_rng(seed)
    sheets = []
    for page in pdf:
        wide, tall = page.get_size()
        drawn = page.render(scale=wear.dpi / 72, grayscale=True).to_numpy()
        sheets.append((wide, tall, _worn(drawn.reshape(drawn.shape[:2]), wear, chance)))
    pdf.close()
    return _as_pdf(sheets, wear.quality)


def _worn(picture: Picture, wear: Wear, chance: np.random.Generator) -> Picture:
    import cv2

    tall, wide = picture.shape
    skew = chance.uniform(*wear.skew)
    turn = cv2.getRotationMatrix2D((wide / 2, tall / 2), skew, 1.0)
    turned = cv2.warpAffine(picture, turn, (wide, tall), flags=cv2.INTER_LINEAR, borderValue=255)
    shadow = np.linspace(0, _SHADOW, wide)[None, :]
    worn = turned.astype(np.float64) * 0.96 - shadow + chance.normal(0, wear.grain, turned.shape)
    made: Picture = np.clip(worn, 0, 255).astype(np.uint8)
    return made


def _as_pdf(sheets: Sequence[tuple[float, float, Picture]], quality: int = _QUALITY) -> bytes:
    import cv2

    count = len(sheets)
    kids = " ".join(f"{3 + 3 * n} 0 R" for n in range(count))
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", f"<</Type/Pages/Kids[{kids}]/Count {count}>>".encode()]
    for n, (wide, tall, picture) in enumerate(sheets):
        packed = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, quality])[1].tobytes()
        first = 3 + 3 * n
        resources = f"/Resources<</XObject<</S {first + 2} 0 R>>>>/Contents {first + 1} 0 R"
        objects.append(f"<</Type/Page/Parent 2 0 R/MediaBox[0 0 {wide:.2f} {tall:.2f}]{resources}>>".encode())
        objects.append(_stream(f"q {wide:.2f} 0 0 {tall:.2f} 0 0 cm /S Do Q".encode(), ""))
        about = f"/Type/XObject/Subtype/Image/Width {picture.shape[1]}/Height {picture.shape[0]}"
        objects.append(_stream(packed, f"{about}/BitsPerComponent 8/ColorSpace/DeviceGray/Filter/DCTDecode"))
    return _file(objects)


def _stream(data: bytes, about: str) -> bytes:
    return f"<<{about}/Length {len(data)}>>stream\n".encode() + data + b"\nendstream"


def _file(objects: Sequence[bytes]) -> bytes:
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += f"{number} 0 obj\n".encode() + content + b"\nendobj\n"
    rows = "".join(f"{place:010d} 00000 n \n" for place in places)
    end = f"trailer\n<</Size {len(objects) + 1}/Root 1 0 R>>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n{rows}{end}".encode()


def chosen(index: Path, split: str, count: int) -> Iterator[dict[str, Any]]:
    """Documents of a split that have text, one of each issuer first, in the order of their hashes."""
    rows = [json.loads(line) for line in index.read_text(encoding="utf-8").splitlines()]
    legible = [row for row in rows if row["split"] == split and not {"scan", "broken_text"} & set(row.get("hard", ()))]
    legible.sort(key=lambda row: hashlib.sha256(row["id"].encode()).hexdigest())
    firsts = {row["family"]: row for row in reversed(legible)}
    ordered = [row for row in legible if row is firsts[row["family"]]]
    ordered += [row for row in legible if row is not firsts[row["family"]]]
    yield from ordered[:count]


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs from the command line."""
    parser = argparse.ArgumentParser(prog="python -m evals.scans", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--index", type=Path, required=True, help="documents with their truth")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--count", type=int, default=10)
    parser.add_argument("--dpi", type=int, default=200)
    parser.add_argument("--out", type=Path, required=True, help="the folder to fill")
    options = parser.parse_args(arguments)
    root, folder = options.index.resolve().parent.parent, options.out / "scans"
    folder.mkdir(parents=True, exist_ok=True)
    rows = []
    for row in chosen(options.index, options.split, options.count):
        seed = int(hashlib.sha256(f"{row['id']} {options.dpi}".encode()).hexdigest()[:8], 16)
        (folder / f"{row['id']}.pdf").write_bytes(scanned((root / row["path"]).read_bytes(), Wear(options.dpi), seed))
        (folder / f"{row['id']}.json").write_bytes((root / row["truth"]).read_bytes())
        rows.append({**row, "path": f"scans/{row['id']}.pdf", "truth": f"scans/{row['id']}.json"})
    (folder / "index.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


if __name__ == "__main__":
    main()
