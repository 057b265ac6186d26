"""Logos: small PNG and JPEG images, and nothing else."""

from __future__ import annotations

import base64
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalcenter import logos, report
from evalcenter.blocks import Lab
from evalcenter.errors import InputError
from tests.factory import make_facts


def png(width: int = 2, height: int = 1) -> bytes:
    """A black PNG, whose data may be fewer than its head says."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" + b"\0" * 6))
        + chunk(b"IEND", b"")
    )


def jpeg(width: int = 2, height: int = 1, before: bytes = b"\xff\xe0\x00\x04ab") -> bytes:
    """The head of a JPEG, which is all that is read of it."""
    return b"\xff\xd8" + before + b"\xff\xc0\x00\x11\x08" + struct.pack(">HH", height, width) + b"\x03" * 10


PNG = png()


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        (PNG, "png"),
        (jpeg(), "jpeg"),
        (jpeg(before=b"\xff\xff\xe1\x00\x03x"), "jpeg"),
        (jpeg(before=b"\xff\x01\xff\xdb\x00\x02"), "jpeg"),
    ],
)
def test_embedded(raw: bytes, kind: str) -> None:
    """A PNG or a JPEG becomes a data address that is trusted afterwards."""
    address = logos.embedded(raw)
    assert address.startswith(f"data:image/{kind};base64,")
    assert logos.trusted(address)


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"<svg onload='alert(1)'/>",
        b"GIF89a" + bytes(40),
        PNG[:10],
        jpeg()[:8],
        b"\xff\xd8\xff\xe0\x00\x00" * 3,
        b"\xff\xd8\xff\xda\x00\x02" + bytes(20),
    ],
    ids=["nothing", "svg", "gif", "cut png", "cut jpeg", "no length", "no frame"],
)
def test_not_an_image(raw: bytes) -> None:
    """Anything else is refused."""
    with pytest.raises(InputError, match="neither a PNG nor a JPEG"):
        logos.embedded(raw)


@pytest.mark.parametrize("raw", [png(30_000, 30_000), png(0, 5), jpeg(4001, 10)], ids=["vast", "flat", "wide"])
def test_size_in_pixels(raw: bytes) -> None:
    """An image that says it is vast, or nothing at all, is refused before anybody draws it."""
    with pytest.raises(InputError, match="pixels"):
        logos.embedded(raw)


def test_size_in_bytes() -> None:
    """An image of too many bytes is refused."""
    with pytest.raises(InputError, match="at most 131,072"):
        logos.embedded(PNG + bytes(logos.MOST_BYTES))


HOSTILE = [
    None,
    "",
    "http://evil.test/x.png",
    "javascript:alert(1)",
    "data:image/svg+xml;base64," + base64.b64encode(b"<svg/>").decode(),
    "data:text/html;base64," + base64.b64encode(PNG).decode(),
    logos.embedded(PNG) + '"><script>',
    logos.embedded(PNG) + "\n",
    "data:image/png;base64,é",
    "data:image/jpeg;base64," + base64.b64encode(PNG).decode(),
    "data:image/png;base64," + "A" * 3 * logos.MOST_BYTES,
]


@pytest.mark.parametrize("address", HOSTILE)
def test_hostile_address(address: str | None) -> None:
    """Only what `embedded` itself makes is trusted; a report leaves anything else out."""
    assert not logos.trusted(address)
    assert report.build(make_facts(lab=Lab(name="A", logo=address)), {}, "en").logo is None


def test_the_logo_of_a_report() -> None:
    """A report of a centre shows its logo and name; a self-test shows none."""
    address = logos.embedded(PNG)
    built = report.build(make_facts(lab=Lab(name="Centre <b>", logo=address)), {}, "en")
    page = report.render(built, "html").decode()
    assert f'<img src="{address}"' in page.replace("&#43;", "+").replace("&#x2B;", "+")
    assert "Centre &lt;b&gt;" in page
    assert report.build(make_facts(lab=Lab(logo=address)), {}, "en").logo is None


@given(st.binary(max_size=200))
def test_any_bytes(raw: bytes) -> None:
    """Whatever the bytes are, they are an image with a trusted address or refused."""
    for start in (b"", b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"):
        try:
            assert logos.trusted(logos.embedded(start + raw))
        except InputError:
            continue
