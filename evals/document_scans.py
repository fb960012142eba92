"""How well scans are read: by resolution, skew, grain and JPEG artefacts. Needs the extra `ocr`.

    python -m evals.document_scans [--index INDEX.jsonl] [--split dev] [--count 6] [WEAR ...]

The same documents are scanned in each kind of wear and read. Beside the figures of `evals.documents` it says which
share of the words was read as they are, and which only as part of a longer word: there a space was lost.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from evals.document_scoring import Score, in_truth_names
from evals.scans import Wear, chosen, scanned
from triage.documents.ocr import installed_recogniser
from triage.documents.reading import read
from triage.domain import Document, Limits
from triage.tasks.extract.embedded import EmbeddedExtractor
from triage.tasks.extract.rows import row as row_of

WEARS: dict[str, Wear] = {
    "150 dpi": Wear(150),
    "200 dpi": Wear(200),
    "300 dpi": Wear(300),
    "skew 1-2 degrees": Wear(200, skew=(1.0, 2.0)),
    "grey noise": Wear(200, grain=18.0),
    "JPEG artefacts": Wear(200, quality=25),
}
INDEX = Path(__file__).parent / "sets" / "documents" / "index.jsonl"


def words_of(document: Document) -> Counter[str]:
    """The words of a document with text, as often as they stand there; single letters and bare signs left out."""
    pages, _ = read(document, Limits())
    return Counter(word.text for page in pages for word in page.words if sum(c.isalnum() for c in word.text) > 1)


def kept(wanted: Counter[str], found: Sequence[str]) -> tuple[int, int]:
    """How many of the words were read as they are, and how many of the others only within a longer one."""
    there = Counter(found)
    whole = sum((wanted & there).values())
    text = "\0".join((there - wanted).elements())
    glued = sum(min(count, text.count(word)) for word, count in (wanted - there).items() if len(word) > 2)
    return whole, glued


def measured(wear: Wear, index: Path, split: str, count: int) -> dict[str, Any]:
    """Figures over the first `count` documents of a split that have text, scanned so."""
    root, score = index.resolve().parent.parent, Score()
    extractor = EmbeddedExtractor(Limits(), installed_recogniser(Limits()))
    wanted = whole = glued = pages = 0
    began = time.perf_counter()
    for row in chosen(index, split, count):
        content = (root / row["path"]).read_bytes()
        original = Document(name=f"{row['id']}.pdf", media_type="application/pdf", content=content)
        seed = int(hashlib.sha256(f"{row['id']} {wear}".encode()).hexdigest()[:8], 16)
        paper = extractor.invoke(original.with_(content=scanned(content, wear, seed)))
        words = words_of(original)
        right, in_longer = kept(words, [word.text for page in paper.pages for word in page.words])
        wanted, whole, glued, pages = wanted + words.total(), whole + right, glued + in_longer, pages + len(paper.pages)
        truth = in_truth_names(json.loads((root / row["truth"]).read_text(encoding="utf-8")))
        score.add(row_of(paper, row["path"]), truth, row["family"], True)
    names = ("field_recall", "field_precision", "line_f1_strict")
    return {
        "pages": pages,
        **{name: value for name, value in score.summary().items() if name in names},
        "words_kept": round(whole / max(1, wanted), 3),
        "words_glued": round(glued / max(1, wanted), 3),
        "seconds_a_page": round((time.perf_counter() - began) / max(1, pages), 1),
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs from the command line and prints a JSON object for each kind of wear."""
    parser = argparse.ArgumentParser(prog="python -m evals.document_scans", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("wears", nargs="*", help=f"kinds of wear, by default all: {', '.join(WEARS)}")
    parser.add_argument("--index", type=Path, default=INDEX, help="documents with their truth")
    parser.add_argument("--split", default="dev")
    parser.add_argument("--count", type=int, default=6, help="documents, one of each issuer first")
    options = parser.parse_args(arguments)
    if unknown := sorted(set(options.wears) - set(WEARS)):
        parser.error(f"no such wear: {', '.join(unknown)}; there are {', '.join(WEARS)}")
    if installed_recogniser(Limits()) is None:
        parser.error('scans need the extra that reads pictures: pip install "odoo-triage[ocr]"')
    for name in options.wears or WEARS:
        print(
            json.dumps({"wear": name, **measured(WEARS[name], options.index, options.split, options.count)}), flush=True
        )


if __name__ == "__main__":
    main()
