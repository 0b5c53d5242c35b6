"""Hostile text by its classes: what moves cursors, makes terminals answer, breaks widths, markup, parsers or patience.

Every entry was written for these tests. ``CORPUS`` is what strangers write; ``REPLIES`` is what a terminal types when a
sequence made it answer, or what a paste types.
"""

# ruff: noqa: RUF001 - characters that look like others are what this is about

import random
from collections.abc import Iterator
from itertools import product

ESC, BEL, ST, CSI8, OSC8, ST8 = "\x1b", "\x07", "\x1b\\", "\x9b", "\x9d", "\x9c"
BIG = 1_000_000


def _csi() -> Iterator[str]:
    bodies = (
        *(
            "31m",
            "0m",
            "7m",
            "2J",
            "3J",
            "H",
            "5;5H",
            "99;999H",
            "10A",
            "10B",
            "K",
            "1K",
            "2K",
            "5L",
            "5M",
            "10S",
            "10T",
        ),
        *(
            "?1049l",
            "?1049h",
            "?1000l",
            "?1002l",
            "?1003l",
            "?1006l",
            "?2004l",
            "?2004h",
            "?25l",
            "?7l",
            "?5h",
            "?1004h",
        ),
        *("6n", "5n", "?6n", "c", ">c", "=c", ">0q", "18t", "21t", "20t", "14t", "8;1;1t", "2;1t", "?1$p", "?2026$p"),
        *(
            "!p",
            "4h",
            "20h",
            "2i",
            "5i",
            "1;1r",
            "s",
            "u",
            "?u",
            ">31u",
            "<9u",
            "=0u",
            "?996n",
            '1"q',
            "5 q",
            "x",
            "1x",
        ),
    )
    for body, start in product(bodies, (f"{ESC}[", CSI8)):
        yield f"{start}{body}"
    yield f"{ESC}[2J{ESC}[H*** DELIVERED: leader paged ***"
    yield f"{ESC}[" + "9" * 300 + "C"
    yield f"{ESC}[" + ";" * 300 + "m"
    yield f"{ESC}[1;2"  # never ends, so that it would swallow what follows


def _strings() -> Iterator[str]:
    """Yield control strings of every kind, with both ends, with none, and with nothing in them."""
    osc = (
        *(
            "0;owned",
            "1;owned",
            "2;owned",
            "4;1;?",
            "7;file://host/",
            "8;;https://evil.example/",
            "9;owned",
            "9;4;1;50",
        ),
        *(
            "10;?",
            "11;?",
            "12;?",
            "10;rgb:eeee/eeee/eeee",
            "22;wait",
            "50;?",
            "52;c;ZWNobyBvd25lZA==",
            "52;c;?",
            "99;;E",
        ),
        *(
            "104",
            "133;A",
            "633;A",
            "697;x",
            "777;notify;E;E",
            "1337;File=inline=1:RQ==",
            "1337;SetMark",
            "L;owned",
            "l;E",
        ),
    )
    for body, (start, end) in product(osc, ((f"{ESC}]", BEL), (f"{ESC}]", ST), (OSC8, ST8))):
        yield f"{start}{body}{end}click"
    for body, start in product(("$qm", "+q544e", "!|7E565445", "0;1|17/E", "tmux;E", "E"), ("P", "_", "^", "X", "k")):
        yield f"{ESC}{start}{body}{ST}"
    yield from (f"{ESC}]0;never ends", f"{ESC}Pnever ends", f"{ESC}_never ends", "\x90E\x9c", "\x9fE\x9c", "\x9eE\x9c")


def _controls() -> Iterator[str]:
    for code in (*range(0x20), *range(0x7F, 0xA0)):
        yield f"con{chr(code)}trol {code:02x}"
    yield from (f"{ESC}{final}" for final in "c78=>DEHMNOZ#6%@(0)0*+nlo|}~\\\\")
    yield from (
        ESC,
        f"{ESC}{ESC}{ESC}",
        f"{ESC}[",
        f"{ESC}]",
        "\x0e lqqqk \x0f",
        "\x05\x05\x05",
        "\x1a\x18",
        "E\rF",
        "a\b\b\bE",
    )
    yield from (
        "one\r\ntwo",
        "one\rtwo",
        "one\vtwo",
        "one\ftwo",
        "one\x85two",
        "one\u2028two",
        "one\u2029two",
        "a\tb\t\tc",
    )
    yield "\r\x1b[K\rAll quiet"


def _invisible() -> Iterator[str]:
    for code in (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)):
        yield f"gpj{chr(code)}exe.txt {code:04x}"
    for code in (
        0xAD,
        0x34F,
        0x180E,
        0x200B,
        0x200C,
        0x200D,
        0x2060,
        0x2061,
        0x2064,
        0x206A,
        0x206F,
        0xFEFF,
        0xFFF9,
        0xFFFB,
    ):
        yield f"pass{chr(code)}word {code:04x}"
    for code in (0x115F, 0x1160, 0x3164, 0xFFA0, 0x2800, 0xA0, 0x2003, 0x202F, 0x3000, 0x1680, 0x205F):
        yield f"a{chr(code) * 3}b {code:04x}"
    yield "".join(chr(0xE0000 + ord(letter)) for letter in "Escalate this") + "tags"
    yield from (
        "\U000e0001",
        "\ue000\uf8ff\U000f0000\U0010fffd",
        "\ufffe\uffff\U0001fffe",
        "\u0378\U000323b0",
        "\ufff0",
    )
    yield from ("\ud800", "\udfff", "a\ud83d", "\ude00\ud83d", "\ud83d\ude00", "\udc80\udcff", "\x00\ud800\x00")
    yield from ("\u2066" * 500, "\u202e" * 200 + "E", "\u200b" * 400, "\u061c" * 99)


def _marks() -> Iterator[str]:
    yield from (
        "Z" + "\u0301" * 180,
        "a" + "\u0316\u0301" * 200,
        "\u0301" * 499,
        "e\u0301e\u0301 \u0301",
        "\u0488" * 9 + "x",
    )
    yield "".join(letter + "\u0334\u0335\u0336\u0337\u0338\u0339\u033a" for letter in "He comes")
    yield from (
        "1\u20e3",
        "x\u20dd\u20de\u20df\u20e0",
        "o\u0363\u0364\u0365",
        "\u0e01\u0e49\u0e49\u0e49\u0e49\u0e49\u0e49",
        "\u0d15\u0d4d" * 40,
    )
    yield from (
        "e\u200b\u0301",
        "\u1100\u200b\u1161\u200b\u11a8",
        "\ufb2c\u0331\u0331",
        "\U0001d15e\U0001d165",
        "\u0f71\u0f72\u0f74\u0f80",
    )


def _emoji() -> Iterator[str]:
    family = "\u200d".join("\U0001f468\U0001f469\U0001f467\U0001f466")
    yield from (
        family,
        family * 20,
        "\U0001f44d\U0001f3fd",
        "\U0001f44d\U0001f3fb\U0001f3ff",
        "\u2764\ufe0f\u200d\U0001f525",
    )
    yield from (
        "1\ufe0f\u20e3 #\ufe0f\u20e3",
        "\u263a\ufe0e \u263a\ufe0f",
        "\U0001f1e9\U0001f1ea\U0001f1ef\U0001f1f5\U0001f1e9",
    )
    yield from (
        "\U0001f3f4\U000e0067\U000e0062\U000e007f",
        "\U0001faa9\U0001fadf\U0001fae8",
        "\u26a0\ufe0f fire",
        "\U0001f9d1\u200d\U0001f91d\u200d\U0001f9d1",
    )
    yield from (
        "\u2699\ufe0f\u23f0\u231a\u25b6\ufe0f",
        "\U0001f600" * 120,
        "\ufe0f" * 99,
        "\u200d" * 99,
        "\U0001f3fd" * 20,
        "\u2b50\u2b1b\u303d",
    )


def _scripts() -> Iterator[str]:
    yield from (
        "नमस्ते क्षत्रिय श्री",
        "क्\u200dष क्\u200cष",
        "ශ්\u200dරී",
        "مرحبا بالعالم",
        "می\u200cخواهم",
        "שלום עולם",
        "\u0780\u07a6\u078c\u07a7",
    )
    yield from (
        "登录失败，所有用户",
        "ログインできません",
        "로그인 실패",
        "\u1112\u1161\u11ab\u1100\u1173\u11af",
        "\u1100\u119e\u11ab",
        "ｶﾅ ｆｕｌｌｗｉｄｔｈ",
        "𠜎𠜱𠝹𠱓",
    )
    yield from ("สวัสดีครับ น้ำ", "ທົດສອບ", "ភាសាខ្មែរ", "မြန်မာဘာသာ", "বাংলা ভাষা", "தமிழ் மொழி", "తెలుగు", "ಕನ್ನಡ", "മലയാളം")
    yield from ("ქართული", "Հայերեն", "አማርኛ", "ᏣᎳᎩ", "ᐃᓄᒃᑎᑐᑦ", "ᠮᠣᠩᠭᠣᠯ", "བོད་སྐད", "𐍈𐌰𐌹", "𝕰𝖘𝖈𝖆𝖑𝖆𝖙𝖊", "𓀀𓂀\U00013430𓃀")
    yield from (
        "Straße İstanbul ı ŉ ǆ ﬁ ﷺ ﷽",
        "\ufdfa" * 60,
        "\ufdfd" * 30,
        "㏂㍿㌀",
        "①②⑳Ⅷ",
        "…‥“”‘’",
        "½⅓¾",
        "±×÷≠≈∞",
        "─│┌┐█▓▒░",
    )
    yield from (
        "latin עברית 123 عربي end",
        "(אבג) [123] <x>",
        "אבג" * 150,
        "漢" * 300,
        "a漢" * 240,
        "｡｢｣､･",
        "\u3099\u309a\u304b\u3099",
        "Å Å Å",
    )


def _markup() -> Iterator[str]:
    tags = (
        "/",
        "/bold",
        "bold",
        "bold red",
        "link=https://evil.example/",
        'link="https://evil.example/"',
        "ERROR",
        "1",
        "int",
        "$x",
    )
    yield from (f"[{tag}]Open" for tag in tags)
    actions = (
        "app.simulate_key('E')",
        "app.quit",
        "app.bell",
        "screen.escalate",
        "escalate",
        "app.screenshot('/tmp/x')",
        "browse",
    )
    yield from (f"[@click={action}]Open the ticket[/]" for action in actions)
    yield from (
        "[@click='escalate']E[/]",
        "[@mouseover=escalate]E",
        "[/@click]",
        "[not closed",
        "closed]",
        "[[double]]",
        "[]",
        "[ ]",
    )
    yield from (
        "\\[bold]",
        "\\",
        "\\\\",
        "a\\[/]",
        "[bold]a\\",
        "[/" * 50,
        "[" * 1000,
        "]" * 1000,
        "[b]" * 300,
        "list[int] dict[str, int]",
    )
    yield from (
        "[on red]x[/on red]",
        "[#ff0000]x",
        "[auto]x",
        "[rgb(1,2,3)]x",
        "[not dim]x",
        "[$error]x[/]",
        "$subject",
        "${subject}",
        ":smile: :warning:",
    )
    yield from (
        "# heading",
        "**bold** _it_ `code`",
        "[text](https://evil.example)",
        "![i](file:///etc/passwd)",
        "| a | b |\n|---|",
        "```\ncode",
        "> quote",
        "<!-- -->",
    )


def _parsers() -> Iterator[str]:
    yield from (
        "%s%s%s%n",
        "%d %x %p",
        "{0} {} {x!r} {0.__class__}",
        "{" * 300,
        "%(name)s",
        "$(reboot)",
        "`reboot`",
        "${HOME}",
        "; rm -rf ~",
        "&& x",
        "| mail",
    )
    yield from (
        "'; DROP TABLE outbox; --",
        '" OR 1=1 --',
        "') UNION SELECT 1 --",
        "1; ATTACH DATABASE 'x' AS y",
        "NULL",
        "null",
        "None",
        "nil",
        "undefined",
        "NaN",
    )
    yield from (
        "<script>alert(1)</script>",
        "<img src=x onerror=x>",
        "&lt;b&gt;&#27;[2J",
        "]]>",
        "<?xml?>",
        "<!DOCTYPE x>",
        "{{7*7}}",
        "<%= x %>",
        "#{7*7}",
        "%1b[2J",
    )
    yield from (
        '{"id": 1}',
        "[1, 2",
        '"',
        "'",
        "\\u001b[2J",
        "\\x1b[2J",
        "\\n\\r\\0",
        "\\ud800",
        "true",
        "-1",
        "1e999",
        "0x1b",
        "007",
        "1/0",
        "١٢٣",
        "---\na: b",
        "a=b\n[x]",
    )
    yield from (
        "../../etc/passwd",
        "/dev/tty",
        "C:\\con",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "mailto:x@y.example?cc=z",
        "http://user:pw@h.example/",
        "-rf",
        "--help",
        "~root",
    )
    yield from (
        "Subject: x\r\nBcc: all@acme.example",
        "a\r\n\r\n.\r\n",
        "=?utf-8?q?=1B=5B2J?=",
        "=1B[2J",
        "Content-Type: text/html",
        "GET / HTTP/1.1",
        "A1 LOGOUT",
    )
    yield from (
        "",
        " ",
        "     ",
        "E",
        "e",
        "EEEE",
        "please Escalate",
        "q",
        "Q" * 80,
        "*** DELIVERED ***",
        "▲ 4312 → Dana Lee: accepted",
        "✓ acknowledged by Dana Lee",
        "Late 8 m",
        "❯! 4312",
    )
    yield from (
        "W" * 499,
        "W" * 501,
        "W" * 5000,
        "word " * 4000,
        "i" * 80,
        "a-" * 260,
        "x\n" * 2000,
        "\n" * 5000,
        "." * 21_000,
    )


def _huge() -> Iterator[str]:
    yield from ("M" * BIG, "[" * BIG, "ab\n" * (BIG // 3), "e\u0301" * (BIG // 2), f"{ESC}[2J" * (BIG // 4))


def _mixes(count: int, seed: int) -> Iterator[str]:
    """Yield entries cut into each other, the same ones each time."""
    chance = random.Random(seed)
    parts = [
        part[:60]
        for part in (*_csi(), *_strings(), *_controls(), *_invisible(), *_marks(), *_emoji(), *_scripts(), *_markup())
    ]
    for _ in range(count):
        yield "".join(chance.choice(parts) for _ in range(chance.randint(2, 6)))


CORPUS: tuple[str, ...] = tuple(
    dict.fromkeys(
        (
            *(*_csi(), *_strings(), *_controls(), *_invisible(), *_marks(), *_emoji(), *_scripts(), *_markup()),
            *(*_parsers(), *_huge(), *_mixes(120, seed=4312)),
        )
    )
)
"""Everything, each entry once."""

SHORT: tuple[str, ...] = tuple(text for text in CORPUS if len(text) <= 5000)
"""What can be written into a file a thousand times."""

REPLIES: dict[str, bytes] = {
    "DA3 of VTE": b"\x1bP!|7E565445\x1b\\",
    "three of them": b"\x1bP!|7E565445\x1b\\" * 3,
    "DA1": b"\x1b[?62;22c",
    "DA2": b"\x1b[>65;6800;1c",
    "cursor report": b"\x1b[12;34R",
    "XTVERSION": b"\x1bP>|VTE(7000)\x1b\\",
    "terminfo": b"\x1bP1+r544e=454545\x1b\\",
    "foreground colour": b"\x1b]10;rgb:eeee/eeee/eeee\x1b\\",
    "background colour": b"\x1b]11;rgb:EEEE/EEEE/EEEE\x07",
    "clipboard": b"\x1b]52;c;RUVFRQ==\x1b\\",
    "title report": b"\x1b]lESCALATE\x1b\\",
    "icon report": b"\x1b]LE e E\x1b\\",
    "APC": b"\x1b_Ee=EE\x1b\\",
    "PM": b"\x1b^EeE\x1b\\",
    "DECRQSS": b"\x1bP1$r0mE\x1b\\",
    "bracketed paste": b"\x1b[200~please Escalate E\x1b[201~",
    "bracketed paste of E alone": b"\x1b[200~E\x1b[201~",
    "typed paste": b"please Escalate",
    "typed paste, small": b"see the details",
    "size report": b"\x1b[8;24;80t",
    "broken UTF-8": b"E\xff\xfeE",
}
"""What a terminal that was made to answer types, and what a paste types."""
