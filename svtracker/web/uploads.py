"""Files that are sent by a form: by a file window, or as text that was pasted or is sent again."""

import base64
import zlib
from collections.abc import Sequence
from itertools import zip_longest
from pathlib import PurePath

from fastapi import UploadFile

LONGEST_NAME = 100
# What Starlette takes as one field of a form.
LARGEST_PART = 1024 * 1024


def sent_file(file: UploadFile | None, text: str, *, name: str) -> tuple[str, bytes | None]:
    """The name and bytes of what was sent: a file, or text under the name that is given; nothing where neither was."""
    if file is not None and file.filename:
        return clean_name(file.filename), file.file.read()
    return (clean_name(name), bytes_of(text)) if text.strip() else ("", None)


def sent_files(
    files: Sequence[UploadFile], texts: Sequence[str], names: Sequence[str], *, name: str
) -> tuple[tuple[str, bytes], ...]:
    """The names and bytes of several files that were sent by a file window, or sent again as texts with their names."""
    chosen = [(clean_name(file.filename), file.file.read()) for file in files if file.filename]
    again = zip_longest(texts, names[: len(texts)], fillvalue="")
    return tuple(chosen) or tuple((clean_name(own or name), bytes_of(text)) for text, own in again if text.strip())


def can_be_sent_again(texts: Sequence[str], *, limit: int) -> bool:
    """Whether the texts fit into a form of several parts: a browser ends lines with two bytes, a part has its limit."""
    sizes = [len(bytes_of(text.replace("\r\n", "\n").replace("\n", "\r\n"))) for text in texts]
    return max(sizes, default=0) <= LARGEST_PART and sum(sizes) <= limit


def bytes_of(text: str) -> bytes:
    """The bytes of a text from a form; half a character that an odd encoding left stays, for the reader to refuse."""
    return text.encode("utf-8", errors="surrogatepass")


def clean_name(name: str) -> str:
    """The last part of a file's name, short and printable: browsers may send a whole path or anything else."""
    last = name.replace("\\", "/").rsplit("/", 1)[-1]
    return "".join(character for character in last if character.isprintable())[:LONGEST_NAME] or "file"


def stem_of(name: str) -> str:
    """A file's name without its ending."""
    return PurePath(clean_name(name)).stem


def packed(data: bytes) -> str:
    """A file, whatever is in it, as a short text that a page sends again."""
    return base64.b64encode(zlib.compress(data)).decode("ascii")


def unpacked(text: str, *, limit: int) -> bytes | None:
    """The file that was packed into a text; nothing where the text is no such thing or holds more than the limit.

    No more than the limit is ever unpacked, however small the text is.
    """
    try:
        reader = zlib.decompressobj()
        data = reader.decompress(base64.b64decode(bytes_of(text), validate=True), limit + 1)
    except (ValueError, zlib.error):
        return None
    return data if reader.eof and len(data) <= limit else None
