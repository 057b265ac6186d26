"""Tests of reading text files without losing a character."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalcenter.errors import EncodingError, InputError
from evalcenter.importers import text

CHINESE = "编号,问题\n1,头孢呋辛的用法用量是什么？\n"
WESTERN = "id,name\n1,Café Müller naïveté Ångström résumé\n"


@pytest.mark.parametrize(
    ("raw", "name"),
    [
        (CHINESE.encode("utf-8"), "utf-8"),
        (CHINESE.encode("utf-8-sig"), "utf-8"),
        (CHINESE.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + CHINESE.encode("utf-16-be"), "utf-16"),
        (CHINESE.encode("utf-32"), "utf-32"),
        (CHINESE.encode("gb18030"), "gb18030"),
        (CHINESE.encode("gbk"), "gb18030"),
    ],
)
def test_auto_tells_the_encoding(raw, name):
    """Without a name, a byte order mark, UTF-8 and GB18030 are told apart."""
    assert text.decode(raw) == (CHINESE, name)


@pytest.mark.parametrize("name", ["cp1252", "latin-1", "mac_roman", "iso8859-15"])
def test_western_bytes_are_not_taken_for_gb18030(name):
    """Western text that happens to decode as GB18030 is refused, not turned into Chinese characters."""
    with pytest.raises(EncodingError, match=r"byte \d+ \(0x"):
        text.decode(WESTERN.encode(name))


@pytest.mark.parametrize("content", ["une pièce créée", "ÀÉ la créée naïveté", "Ünïcödé"])
def test_two_accented_letters_are_no_chinese_character(content):
    """Accented letters side by side, which decode as rare characters, are not taken for Chinese."""
    with pytest.raises(EncodingError):
        text.decode(content.encode("cp1252"))


def test_japanese_is_not_taken_for_gb18030():
    """Kana in EUC-JP decode as GB18030 but are not taken for Chinese."""
    with pytest.raises(EncodingError, match="doesn't read like Chinese"):
        text.decode("これはひらがなのぶんです".encode("euc_jp"))


@pytest.mark.parametrize("name", ["utf-16-le", "utf-16-be", "utf-32-le"])
def test_utf16_without_a_mark_is_suspected(name):
    """Mostly-ASCII UTF-16 without a byte order mark is refused rather than read as text full of NULs."""
    with pytest.raises(EncodingError, match="UTF-16 without"):
        text.decode("id,question\n1,x\n".encode(name))


def test_bytes_that_nothing_reads_name_both_offsets():
    """An undecodable file is refused with what was tried and where each attempt failed."""
    with pytest.raises(EncodingError) as caught:
        text.decode(b"plain\nab\xff\xff", where="x.csv")
    assert "UTF-8 fails at byte 8 (0xff), line 2, GB18030 at byte 8" in str(caught.value)
    assert "encoding: cp1252" in caught.value.todo


def test_mixed_encodings_are_called_mixed():
    """A file with valid UTF-8 sequences and other bytes is called a mixture."""
    with pytest.raises(EncodingError) as caught:
        text.decode("“quoted”".encode() + b" \xd5 \xff")
    assert "mixes two encodings" in caught.value.todo


@pytest.mark.parametrize("name", ["mac_roman", "cp1252", "latin-1"])
def test_a_one_byte_encoding_does_not_swallow_utf8(name):
    """A named one-byte encoding is refused for bytes that hold a UTF-8 sequence."""
    with pytest.raises(EncodingError, match=r"byte 2 .* UTF-8 sequence"):
        text.decode("a “b”".encode(), name)


@pytest.mark.parametrize("name", ["cp1252", "mac_roman", "latin-1"])
def test_a_named_encoding_is_used(name):
    """A Western encoding is read when it is named."""
    assert text.decode(WESTERN.encode(name), name)[0] == WESTERN


@pytest.mark.parametrize("name", ["utf-8", "utf-8-sig"])
def test_a_byte_order_mark_is_never_part_of_the_text(name):
    """The byte order mark does not end up in the first column's name."""
    assert text.decode(CHINESE.encode("utf-8-sig"), name) == (CHINESE, "utf-8")


@pytest.mark.parametrize("name", ["rot13", "hex", "zlib", "idna", "unicode_escape", "utf-7", "nonsense", ""])
def test_unknown_and_transforming_codecs_are_refused(name):
    """Only text encodings of a fixed list are used."""
    with pytest.raises(InputError, match="not known"):
        text.decode(b"abc", name)


@pytest.mark.parametrize("name", ["utf-16", "utf-32"])
def test_utf16_without_a_mark_needs_its_byte_order(name):
    """UTF-16 and UTF-32 without a byte order mark are refused unless the order is named."""
    with pytest.raises(EncodingError, match="two ways"):
        text.decode(CHINESE.encode(f"{name}-le"), name)
    assert text.decode(CHINESE.encode(f"{name}-le"), f"{name}-le")[0] == CHINESE


@pytest.mark.parametrize(
    ("name", "raw"), [("utf-8", b"ab\xff"), ("gb18030", b"ab\x81"), ("ascii", b"ab\xe9"), ("cp1252", b"ab\x81")]
)
def test_strict_decoding_names_the_byte(name, raw):
    """A byte that the named encoding can't read is named by its offset."""
    with pytest.raises(EncodingError, match="byte 2"):
        text.decode(raw, name)


def test_a_truncated_file_names_the_byte():
    """A file cut in the middle of a character is refused."""
    with pytest.raises(EncodingError, match="byte"):
        text.decode("中文".encode("utf-16")[:-1])


@given(st.text(st.characters(codec="utf-8"), max_size=60))
@settings(max_examples=60, deadline=None)
def test_utf8_comes_back_unchanged(content):
    """Any UTF-8 text without a byte order mark is read as it was written."""
    if not content.startswith("\ufeff"):
        assert text.decode(content.encode(), "utf-8")[0] == content


@given(st.binary(max_size=80), st.sampled_from(["auto", "utf-8", "gb18030", "ascii", "cp1252", "latin-1", "mac_roman"]))
@settings(max_examples=150, deadline=None)
def test_decoding_is_exact_or_refused(raw, name):
    """Decoded text encodes to the very bytes that were read, or an EncodingError is raised."""
    try:
        content, used = text.decode(raw, name)
    except EncodingError:
        return
    if not raw.startswith((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\0\0\xfe\xff")):
        assert content.encode(used) == raw


def test_a_surrogate_written_as_bytes_is_refused_in_words():
    """Bytes that only look like UTF-8 (a surrogate) under a one-byte name are an EncodingError, not a crash."""
    with pytest.raises(EncodingError, match="mixes two encodings"):
        text.decode(b"\xed\xa0\x80", "cp1252")


@pytest.mark.parametrize("path", ["../secret.csv", "/etc/passwd", "a/../../secret.csv"])
def test_a_path_stays_inside_the_folder(tmp_path, path):
    """A path that leads out of the data folder is refused."""
    (tmp_path / "secret.csv").write_text("x")
    (tmp_path / "data").mkdir()
    with pytest.raises(InputError, match="out of the data folder"):
        text.inside(tmp_path / "data", path)


def test_a_link_out_of_the_folder_is_refused(tmp_path):
    """A symbolic link does not lead out of the data folder."""
    (tmp_path / "secret.csv").write_text("x")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "link.csv").symlink_to(tmp_path / "secret.csv")
    with pytest.raises(InputError, match="out of the data folder"):
        text.inside(tmp_path / "data", "link.csv")


def test_a_missing_file_is_named(tmp_path):
    """A file that is not there is named."""
    with pytest.raises(InputError, match=r"nothing\.csv"):
        text.read(tmp_path, "nothing.csv")


def test_a_file_too_large_is_refused(tmp_path, monkeypatch):
    """A file above the limit is refused before it is read."""
    (tmp_path / "a.csv").write_text("abcdef")
    monkeypatch.setattr(text, "MAX_BYTES", 5)
    with pytest.raises(InputError, match="larger than"):
        text.read(tmp_path, "a.csv")


def test_a_file_that_cannot_be_read_is_named(tmp_path, monkeypatch):
    """An operating-system error becomes one that names the file."""
    (tmp_path / "a.csv").write_text("abc")

    def broken(self):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "read_bytes", broken)
    with pytest.raises(InputError, match=r"a\.csv: can't be read: Permission denied"):
        text.read(tmp_path, "a.csv")


def test_the_digest_is_of_the_bytes(tmp_path):
    """A file's digest is SHA-256 over its exact bytes."""
    (tmp_path / "a").write_bytes(b"abc")
    assert text.digest(tmp_path, "a") == "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
