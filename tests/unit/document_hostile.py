"""PDFs written byte by byte: small files that are made to harm, or that a program would not write."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Iterator

TEXT = b"BT /F 12 Tf 60 700 Td (Seen here) Tj ET\n"
FONT = b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
FONTS = b"/Font<</F 4 0 R>>"
MEGABYTE = 1_000_000


def pdf(*objects: bytes, trailer: bytes = b"") -> bytes:
    """A file of these objects, numbered from 1; the first is the catalogue."""
    out, places = b"%PDF-1.7\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n" % number + content + b"\nendobj\n"
    start = len(out)
    rows = b"".join(b"%010d 00000 n \n" % place for place in places)
    table = b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1) + rows
    end = b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, trailer, start)
    return out + table + end


def stream(data: bytes, entries: bytes = b"") -> bytes:
    return b"<<%s/Length %d>>stream\n" % (entries, len(data)) + data + b"\nendstream"


def one_page(content: bytes, *more: bytes, resources: bytes = FONTS, root: bytes = b"", page: bytes = b"") -> bytes:
    """One page whose content is object 5; `more` are objects from 6 on."""
    return pdf(
        b"<</Type/Catalog/Pages 2 0 R%s>>" % root,
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<<%s>>%s>>" % (resources, page),
        FONT,
        content,
        *more,
    )


def swollen(size: int, part: bytes = b" " * MEGABYTE) -> bytes:
    """`size` bytes packed to a thousandth: one packed block again and again. The sum at the end is wrong."""
    packer = zlib.compressobj(9)
    first = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)
    again = packer.compress(part) + packer.flush(zlib.Z_FULL_FLUSH)
    return first + again * (size // len(part) - 1) + packer.flush()


def form(content: bytes, resources: bytes) -> bytes:
    return stream(content, b"/Type/XObject/Subtype/Form/BBox[0 0 595 842]/Resources<<%s>>" % resources)


def image(side: int, data: bytes) -> bytes:
    about = b"/Type/XObject/Subtype/Image/Width %d/Height %d/BitsPerComponent 8/ColorSpace/DeviceGray" % (side, side)
    return stream(data, about + b"/Filter/FlateDecode")


PACKED = b"/Filter/FlateDecode"
SHOWN = b"q 500 0 0 500 50 100 cm /X Do Q "
DRAWN = FONTS + b"/XObject<</X 6 0 R>>"


def content_bomb() -> bytes:
    return one_page(stream(swollen(600 * MEGABYTE), PACKED))


def content_bomb_twice_packed() -> bytes:
    return one_page(stream(zlib.compress(swollen(800 * MEGABYTE)), b"/Filter[/FlateDecode/FlateDecode]"))


def line_bomb() -> bytes:
    return one_page(stream(swollen(300 * MEGABYTE, b"0 0 m 9 9 l S\n" * 70_000), PACKED))


def form_in_itself() -> bytes:
    return one_page(stream(TEXT + b"/X Do"), form(b"/X Do /X Do", b"/XObject<</X 6 0 R>>"), resources=DRAWN)


def forms_by_ten() -> bytes:
    """Twenty-four forms, each of which shows the next ten times."""
    inner = [form(b"/X Do " * 10, b"/XObject<</X %d 0 R>>" % (n + 1)) for n in range(6, 30)]
    return one_page(stream(TEXT + b"/X Do"), *inner, form(TEXT, FONTS), resources=DRAWN)


def pattern_bomb() -> bytes:
    tile = b"/PatternType 1/PaintType 1/TilingType 1/BBox[0 0 1 1]/XStep 0.01/YStep 0.01/Resources<<>>"
    painted = TEXT + b"/Pattern cs /P scn 0 0 595 842 re f " * 200
    resources = FONTS + b"/Pattern<</P 6 0 R>>"
    return one_page(stream(painted), stream(b"0 0 1 1 re f", tile), resources=resources)


def many_images() -> bytes:
    picture = image(3000, swollen(9 * MEGABYTE, b"\x80" * MEGABYTE))
    return one_page(stream(TEXT + SHOWN * 20_000), picture, resources=DRAWN)


def reference_table_bomb() -> bytes:
    about = b"/Type/XRef/W[1 8 8]/Size 2000000000/Root 2 0 R" + PACKED
    return b"%PDF-1.7\n1 0 obj\n" + stream(swollen(600 * MEGABYTE), about) + b"\nendobj\nstartxref\n9\n%%EOF"


ENDED: tuple[Callable[[], bytes], ...] = (
    content_bomb,
    content_bomb_twice_packed,
    line_bomb,
    form_in_itself,
    forms_by_ten,
    pattern_bomb,
    many_images,
    reference_table_bomb,
)
"""Files from which nothing can be read within any bounds."""


def nested_arrays() -> bytes:
    return one_page(stream(TEXT), b"[" * 5_000_000 + b"]" * 5_000_000)


def nested_dictionaries_in_content() -> bytes:
    return one_page(stream(b"/X " + b"<</A " * 1_000_000 + b">>" * 1_000_000 + TEXT))


def nested_states() -> bytes:
    return one_page(stream(b"q " * 2_000_000 + TEXT))


def table_of_objects_that_leads_back() -> bytes:
    made = one_page(stream(TEXT))
    return made.replace(b"trailer\n<<", b"trailer\n<</Prev %d " % made.index(b"xref\n0"))


def length_that_is_itself() -> bytes:
    return one_page(b"<</Length 5 0 R>>stream\n" + TEXT + b"endstream")


def object_stream_bomb() -> bytes:
    about = b"/Type/ObjStm/N 1000000/First 10" + PACKED
    return one_page(stream(TEXT), stream(swollen(600 * MEGABYTE), about))


def image_of_twenty_thousand() -> bytes:
    picture = image(20_000, swollen(400 * MEGABYTE, b"\x80" * MEGABYTE))
    return one_page(stream(TEXT + SHOWN), picture, resources=DRAWN)


def page_without_end() -> bytes:
    return one_page(stream(TEXT)).replace(b"[0 0 595 842]", b"[0 0 9e9 9e9]")


def page_without_size() -> bytes:
    return one_page(stream(TEXT)).replace(b"[0 0 595 842]", b"[0 0 0 0]")


BORNE: tuple[Callable[[], bytes], ...] = (
    nested_arrays,
    nested_dictionaries_in_content,
    nested_states,
    table_of_objects_that_leads_back,
    length_that_is_itself,
    object_stream_bomb,
    image_of_twenty_thousand,
    page_without_end,
    page_without_size,
)
"""Files whose text is read in spite of what they hold."""


def pages_that_hold_themselves() -> bytes:
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[2 0 R 2 0 R]/Count 1000000>>")


def font_of_itself() -> bytes:
    about = b"<</Type/Font/Subtype/Type0/Encoding/Identity-H/BaseFont/X/DescendantFonts[6 0 R]/ToUnicode 6 0 R>>"
    return one_page(stream(TEXT), about, resources=b"/Font<</F 6 0 R>>")


def many_pages(count: int, contents: Iterator[bytes] | None = None) -> bytes:
    """Pages that show the same, or `contents` one after the other."""
    shown = list(contents) if contents else []
    first = 5 + len(shown)
    pages = [
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R/Resources<</Font<</F 3 0 R>>>>>>"
        % (5 + n if shown else 4)
        for n in range(count)
    ]
    kids = b" ".join(b"%d 0 R" % (first + n) for n in range(count))
    tree = b"<</Type/Pages/Kids[" + kids + b"]/Count %d>>" % count
    return pdf(b"<</Type/Catalog/Pages 2 0 R>>", tree, FONT, stream(TEXT), *(stream(c) for c in shown), *pages)
