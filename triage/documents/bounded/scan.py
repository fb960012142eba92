"""Words of a page that is a picture, with `rapidocr` and the models that its package carries.

The models know Latin letters with accents, umlauts, ß and the euro sign. Nothing is fetched: the models' files are
named, and a package without them is an error.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from triage.documents.bounded.pdf import CannotOpen, Refused, opened
from triage.documents.bounded.spaces import lost_spaces, parted
from triage.documents.glyphs import Frame, Glyphs, frame_of

_FINE = 200 / 72
"""Pixels a point: 200 dots an inch, so that print of six points is 17 pixels high."""
_LONGEST = 2600
"""Pixels of the longer side: A4 at 220 dots an inch."""
_SEARCHED = 1280
"""Pixels of the longer side of the picture in which lines are searched; they are then read in the finer one."""
_SURE = 0.5
"""Score from 0 to 1: lines read with less are no text."""
_TALL = 1.5
"""Lines are sideways where most boxes are so many times as high as wide."""
_ASKEW = 0.15
"""Degrees; a smaller angle moves no word into another line."""
_SAMPLE = 16
"""Lines that tell whether a page stands upside down."""
_FULL_WIDTH: dict[int, str] = {code: chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)}
_TWINS = _FULL_WIDTH | {0x3000: " ", 0x4E00: "-", 0x3001: ",", 0x3002: "."}
"""Signs of Chinese print that look like those of Latin print."""

Picture = NDArray[np.uint8]
"""Rows of pixels of three colours."""
Corners = NDArray[np.float64]
"""Four points: top left, top right, bottom right, bottom left of a line as it is read."""


@cache
def engine() -> Any:
    """The recogniser with its models. Raises `Refused` where they are not there."""
    from rapidocr import RapidOCR

    models = {part: _model(part) for part in ("det", "cls", "rec")}
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.max_side_len": _LONGEST,
            "Global.text_score": _SURE,
            "Det.limit_type": "max",
            "Det.limit_side_len": _SEARCHED,
            "Det.model_path": models["det"],
            "Cls.model_path": models["cls"],
            "Rec.model_path": models["rec"],
            "EngineConfig.onnxruntime.intra_op_num_threads": 1,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


def _model(part: str) -> str:
    folder = resources.files("rapidocr") / "models"
    found = sorted(str(f) for f in folder.iterdir() if f"_{part}_" in f.name or f"_{part}." in f.name)
    found += sorted(str(f) for f in folder.iterdir() if part in f.name and str(f) not in found)
    found = [name for name in found if name.endswith(".onnx")]
    if not found:
        raise Refused("could not be recognised: the OCR package has no model.", "Install the OCR extra again.")
    return found[0]


def recognised(content: bytes, number: int) -> tuple[list[Glyphs], float]:
    """Words of a PDF's page (from 1), boxes in points as displayed, and the degrees by which they were straightened."""
    try:
        pdf = opened(content)
    except CannotOpen as error:
        raise Refused("is too damaged to be drawn.", "Ask for it again.") from error
    try:
        page = pdf[number - 1]
        frame = frame_of(page)
        picture = _drawn(page)
        page.close()
    finally:
        pdf.close()
    return words_in(picture, frame)


def _drawn(page: Any) -> Picture:
    scale = min(_FINE, _LONGEST / max(*page.get_size(), 1.0))
    bitmap = page.render(scale=scale, grayscale=True)
    try:
        grey = np.array(bitmap.to_numpy(), dtype=np.uint8)
    finally:
        bitmap.close()
    picture: Picture = np.repeat(grey.reshape(grey.shape[0], grey.shape[1], 1), 3, axis=2)
    return picture


def words_in(picture: Picture, frame: Frame) -> tuple[list[Glyphs], float]:
    """Words of a picture of a page. A page that lies on its side or head gives turned words."""
    turns = 0
    boxes = _lines(picture)
    if _sideways(boxes):
        picture, turns = np.ascontiguousarray(np.rot90(picture)), 1
        boxes = _lines(picture)
    if _upside_down(picture, boxes):
        picture, turns = np.ascontiguousarray(picture[::-1, ::-1]), turns + 2
        boxes = _lines(picture)
    if not len(boxes):
        return [], 0.0
    angle = _skew(boxes)
    words = [
        _placed(text, corners, picture.shape, turns, angle, frame)
        for line in _read(picture, boxes)
        for text, corners in line
    ]
    return words, round(angle, 2)


def _lines(picture: Picture) -> Sequence[Corners]:
    found = engine()._load_det_model()(picture)
    return [] if found.boxes is None else [np.asarray(box, dtype=np.float64) for box in found.boxes]


def _wide(box: Corners) -> float:
    return float(np.linalg.norm(box[1] - box[0]))


def _high(box: Corners) -> float:
    return float(np.linalg.norm(box[3] - box[0]))


def _sideways(boxes: Sequence[Corners]) -> bool:
    tall = sum(_high(box) for box in boxes if _high(box) > _TALL * _wide(box))
    wide = sum(_wide(box) for box in boxes if _wide(box) > _TALL * _high(box))
    return tall > wide


def _upside_down(picture: Picture, boxes: Sequence[Corners]) -> bool:
    longest = sorted(boxes, key=_wide, reverse=True)[:_SAMPLE]
    if not longest:
        return False
    judged = engine()._load_cls_model()(_cut(picture, longest))
    turned: int = sum(label == "180" for label, _ in judged.cls_res)
    return turned > 0.5 * len(longest)


def _cut(picture: Picture, boxes: Sequence[Corners]) -> list[Picture]:
    return list(engine().crop_text_regions(picture, np.asarray(boxes, dtype=np.float32)))


def _skew(boxes: Sequence[Corners]) -> float:
    """Degrees clockwise by which lines fall, by the middle of the long ones; 0 where too little to matter."""
    long = [box for box in boxes if _wide(box) > 4 * _high(box)]
    angles = sorted((math.degrees(math.atan2(*(b[1] - b[0])[::-1])), _wide(b)) for b in long)
    half, passed = sum(length for _, length in angles) / 2, 0.0
    for angle, length in angles:
        passed += length
        if passed >= half:
            return angle if abs(angle) >= _ASKEW else 0.0
    return 0.0


def _read(picture: Picture, boxes: Sequence[Corners]) -> Iterator[list[tuple[str, Corners]]]:
    """Words of each line with their corners in the picture."""
    from rapidocr.ch_ppocr_rec import TextRecInput

    crops = _cut(picture, boxes)
    found = engine()._load_rec_model()(TextRecInput(img=crops, return_word_box=True))
    placed = engine().cal_rec_boxes(crops, np.asarray(boxes, dtype=np.float32), found, True)
    for n, (text, score, letters) in enumerate(zip(found.txts, found.scores, placed.word_results, strict=False)):
        if score >= _SURE:
            tokens = text.translate(_TWINS).split()
            middles = [_across(letter[2], boxes[n]) * crops[n].shape[1] for letter in letters]
            yield list(_words(parted(tokens, lost_spaces(tokens, middles, crops[n])), letters))


def _across(corners: Any, box: Corners) -> float:
    """How far along its line a letter's middle stands, from 0 to 1."""
    along = box[1] - box[0]
    middle = np.asarray(corners, dtype=np.float64).mean(axis=0) - (box[0] + box[3]) / 2
    return float(middle @ along / max(float(along @ along), 1.0))


def _words(tokens: Sequence[str], letters: Sequence[tuple[str, float, Any]]) -> Iterator[tuple[str, Corners]]:
    """The words of a line with their corners. `letters` are its characters without spaces, each with its corners."""
    at = 0
    for token in tokens:
        mine = letters[at : at + len(token)]
        at += len(token)
        if mine:
            first, last = (np.asarray(mine[n][2], dtype=np.float64) for n in (0, -1))
            yield token, np.stack([first[0], last[1], last[2], first[3]])


def _placed(text: str, corners: Corners, shape: tuple[int, ...], turns: int, angle: float, frame: Frame) -> Glyphs:
    """A word of the picture as it was turned to be read, straightened, as a word of the displayed page."""
    tall, wide = shape[0], shape[1]
    middle = np.array([wide / 2, tall / 2])
    sine, cosine = math.sin(math.radians(-angle)), math.cos(math.radians(-angle))
    straight = (corners - middle) @ np.array([[cosine, sine], [-sine, cosine]]) + middle
    (x0, top), (x1, bottom) = straight.min(axis=0), straight.max(axis=0)
    box = _displayed((x0 / wide, top / tall, x1 / wide, bottom / tall), turns)
    x0, top, x1, bottom = (float(v * size) for v, size in zip(box, (frame.width, frame.height) * 2, strict=True))
    size = x1 - x0 if turns % 2 else bottom - top
    return Glyphs(text, x0, top, x1, bottom, size, turns % 4)


def _displayed(box: tuple[float, float, float, float], turns: int) -> tuple[float, float, float, float]:
    """A box (shares of the sides) of the turned picture in the picture as displayed.

    `turns` counts the quarters clockwise in which the displayed text stands; the picture was turned back by them.
    """
    x0, top, x1, bottom = box
    for _ in range(turns):
        x0, top, x1, bottom = 1 - bottom, x0, 1 - top, x1
    return x0, top, x1, bottom
