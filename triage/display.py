"""The one way text from a case gets onto a terminal.

A terminal obeys what it is sent: an escape sequence in a file name can set the window's title, clear the screen or
make a line vanish; a bidirectional control can show `exe.txt` for `txt.exe`; a zero-width character hides a difference.
Shown as `\\u{1b}` instead: C0 controls but LF and TAB, DEL, C1 controls, bidirectional controls, zero-width and other
invisible format characters, line and paragraph separators, variation selectors beyond those of emoji, the tag block,
unpaired surrogates and noncharacters. What a person may write is left alone. (Unicode Standard Annex #9 for the
bidirectional controls; Unicode Technical Report #36 for the rest.)

The result is plain text: give it to `rich.text.Text`, never to something that reads markup.
"""

from __future__ import annotations

import re

_INVISIBLE = re.compile(
    "["
    "\x00-\x08\x0b-\x1f\x7f-\x9f"  # C0 but TAB and LF, DEL, C1
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f"  # soft hyphen, joiners, fillers, Mongolian controls
    "\u200b-\u200f\u2028-\u202e\u2060-\u206f"  # zero width, separators, bidirectional controls
    "\u3164\ufe00-\ufe0e\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"  # fillers, variation selectors but emoji's, BOM
    "\ud800-\udfff"
    "\U00013430-\U0001343f\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"  # hieroglyph, shorthand, musical controls
    "\U000e0000-\U000e0fff"  # tags and variation selectors
    "]"
)


def _visible(match: re.Match[str]) -> str:
    return f"\\u{{{ord(match[0]):x}}}"


def safe_display(text: str) -> str:
    """`text` with everything that acts or hides made visible; lines and tabs stay."""
    return _INVISIBLE.sub(_visible, text)


def safe_line(text: str) -> str:
    """The same for one line: LF and TAB are made visible too."""
    return safe_display(text).replace("\n", "\\n").replace("\t", "\\t")
