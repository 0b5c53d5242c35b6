"""Other people's text made harmless, once, where it comes in; and again where it leaves for a terminal or a file.

The rule was measured: a raw ESC or C1 control in a ticket's subject lets a stranger move the cursor, replace the
clipboard or make the terminal type keys. Nothing is dropped silently that a reader would miss: controls become visible
pictures of themselves.
"""

import re
import unicodedata

from oncall_tui.domain.text import CleanText

LINE_LIMIT = 500
BODY_LIMIT = 20_000
_MARKS_PER_BASE = 4
_CUT = " …"

_REPLACEMENT = "\ufffd"
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x85\u2028\u2029]")
_BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_UNSAFE_IN_JSON = re.compile(f"[\x7f-\x9f\u2028\u2029{''.join(sorted(_BIDI))}\ud800-\udfff]")
_JOINERS = "\u200c\u200d"
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_SIMPLE = re.compile(r"[ -~\u00a1-\u00ac\u00ae-\u02ff]*")
"""Text that no rule can change, which is nearly all text: printable ASCII and unaccompanied Latin letters."""


def clean(text: str, *, limit: int = LINE_LIMIT) -> CleanText:
    """Return one harmless line, cut to ``limit`` characters."""
    return _clean(text, limit=limit, line_end=" ")


def clean_body(text: str, *, limit: int = BODY_LIMIT) -> CleanText:
    """Return harmless text that keeps its lines, cut to ``limit`` characters."""
    return _clean(text, limit=limit, line_end="\n")


def escaped_json(text: str) -> str:
    """Return JSON in which everything that could steer a terminal, or that no encoding can hold, is escaped.

    JSON itself escapes C0 only: DEL, C1, bidi controls, line ends of Unicode and lone surrogates stand in it raw. They
    mean the same escaped, so whoever reads the JSON gets what was there.
    """
    return _UNSAFE_IN_JSON.sub(lambda unsafe: f"\\u{ord(unsafe[0]):04x}", text)


def _clean(text: str, *, limit: int, line_end: str) -> CleanText:
    is_cut = len(text) > limit
    text = text[:limit]  # first, so that a megabyte costs no more than the limit
    if not _SIMPLE.fullmatch(text):
        text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
        text = _LINE_ENDS.sub(line_end, text).replace("\t", "    ")
        text = _composed("".join(_harmless(text)))
    if is_cut or len(text) > limit:
        text = text[: max(limit - len(_CUT), 0)].rstrip(_JOINERS) + _CUT
    return CleanText(text)


def _composed(text: str) -> str:
    """Return harmless text in NFC.

    Composed only now: what was removed kept letters and marks apart, and sorting a long row of marks takes quadratic
    time. What composing takes apart may hold a mark too many again.
    """
    composed = unicodedata.normalize("NFC", text)
    return text if composed == text else "".join(_harmless(composed))


def _harmless(text: str) -> list[str]:
    kept: list[str] = []
    marks = _MARKS_PER_BASE  # a mark without a base is dropped like one too many
    for index, character in enumerate(text):
        category = unicodedata.category(character)
        if category in {"Mn", "Me", "Mc"}:
            if marks < _MARKS_PER_BASE and not _is_variation(character):
                kept.append(character)
                marks += 1
            continue
        shown = _shown(character, category, text[index - 1 : index], text[index + 1 : index + 2])
        if shown:
            kept.append(shown)
            marks = 0 if shown == character and character != "\n" else _MARKS_PER_BASE
    return kept


def _shown(character: str, category: str, before: str, after: str) -> str:
    if character == "\n":
        return character
    if category == "Cc":
        code = ord(character)
        return chr(0x2400 + code) if code < 0x20 else "\u2421" if code == 0x7F else _REPLACEMENT
    if character in _BIDI or character in _FILLERS or category in {"Cn", "Co", "Cs"}:
        return _REPLACEMENT
    if character in _JOINERS:
        return character if _is_letter(before) and _is_letter(after) else ""
    if category == "Cf" or 0x1F3FB <= ord(character) <= 0x1F3FF:
        return ""
    return character


def _is_letter(character: str) -> bool:
    return character.isalpha() and character not in _FILLERS


def _is_variation(character: str) -> bool:
    code = ord(character)
    return 0xFE00 <= code <= 0xFE0F or 0xE0100 <= code <= 0xE01EF
