"""The text of an `attributedBody`: an NSAttributedString in Apple's old archive format (`streamtyped`).

    04 0B "streamtyped" … "NSString" … 84 01 2B ("+") <length> <UTF-8 bytes> 86 84 …
    length: one byte below 80; 81 and two bytes; 82 and four bytes (little end first; "typedstream": big end first)

The length counts bytes, not characters. Only where the declared run is not there or is not valid UTF-8 (a damaged
blob) the text is taken up to the first `86 84`, and the caller is told so.

Sources: descriptions of the NeXT/Apple typedstream format; blobs of public test data.
"""

from __future__ import annotations

_SIGNATURES = {b"\x04\x0bstreamtyped": "little", b"\x04\x0btypedstream": "big"}
_START = b"\x84\x01+"
_END = b"\x86\x84"
_WIDTHS = {0x81: 2, 0x82: 4}


def body_text(data: bytes) -> tuple[str, bool] | None:
    """The text and whether its length had to be guessed; None where there is no text to be found."""
    order = _SIGNATURES.get(data[:13])
    name = data.find(b"String", 13) if order else -1
    place = data.find(_START, name) if name >= 0 else -1
    if place < 0:
        return None
    begin = place + len(_START)
    length, begin = _length(data, begin, order == "big")
    run = data[begin : begin + length]
    if len(run) == length:
        try:
            return run.decode(), False
        except UnicodeDecodeError:
            pass  # a wrong length: the end mark is looked for below
    end = data.find(_END, begin)
    return data[begin : end if end >= 0 else len(data)].decode("utf-8", "replace"), True


def _length(data: bytes, at: int, big: bool) -> tuple[int, int]:
    first = data[at] if at < len(data) else 0
    width = _WIDTHS.get(first, 0)
    if not width:
        return first, at + 1
    return int.from_bytes(data[at + 1 : at + 1 + width], "big" if big else "little"), at + 1 + width
