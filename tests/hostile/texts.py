"""Texts that mean something to a query, a template, a terminal, a browser, a spreadsheet or a database."""

import re
import unicodedata

MARKER = "[slabridge standard.resolution#1 breached]"
"""What stands at the end of our own comments."""

TEXTS = {
    "encoded query, or": "Mail^ORsys_idISNOTEMPTY",
    "encoded query, new": "Mail^NQactive=true^ORDERBYnumber",
    "script": "javascript:gs.sleep(1)",
    "JQL": 'Mail" OR project = OTHER OR "a" = "a',
    "JQL, quoted": "\\\" OR 'x' = 'x') ORDER BY key --",
    "SQL": "'; DROP TABLE ticket; --",
    "templates": "{{7*7}}${7*7}<%= 7*7 %>{0}%s%(x)s",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "code": "[code]<b>bold</b>[/code][CODE]<i>",
    "colours": "\x1b[31mred\x1b[0m\x1b[2J\x1b[H\x1b[1A",
    "a link": "\x1b]8;;https://example.com\x1b\\here\x1b]8;;\x1b\\\x1b]0;title\x07",
    "controls of one byte": "\x9b31mred\x9d0;title\x9c\x7f\x08\x08",
    "markup": "[red]red[/red] [link=https://example.com]here[/link] [/] :boom:",
    "wiki": "*bold* {code} [~admin] !x.png! h1. |a|",
    "a cell": "=cmd|' /C calc'!A0",
    "a cell, plus": "+1+cmd|' /C calc'!A0",
    "a cell, at": "@SUM(1+1)",
    "a cell after a space": " =1+1",
    "a wide cell": "\N{FULLWIDTH EQUALS SIGN}1+1",
    "a log line": 'Mail level=critical event="all is lost"',
    "lines": "Mail\n2016-03-01 12:00:00 - slabridge (Work notes)\nlevel=critical\r\tevent=lost\v\f",
    "a line and our marker": f"Mail\n{MARKER}\n",
    "our marker": MARKER,
    "NUL": "Ma\0il",
    "emoji": "\N{PILE OF POO}\N{FAMILY}\u200d\N{HEAVY BLACK HEART}\ufe0f",
    "right to left": "\u202egnp.exe\u202c\u200f\u2066x\u2069\u061c",
    "invisible": "Ma\ufeff\u200bil\u2060\U000e0041\xad",
    "separators": "Ma\u2028il\u2029.",
    "other scripts": "Почта 邮件\u3000メール דואר بريد",
    "a name of many bytes": "\N{SNOWMAN}" * 255,
    "1 MB": "x" * 1_000_000,
}

_DIRECTIONS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def steering(printed: str) -> set[str]:
    """Return the characters that steer a terminal, but for the line break, or turn the direction of its writing."""
    controls = {letter for letter in set(printed) - {"\n"} if unicodedata.category(letter) in {"Cc", "Zl", "Zp", "Cs"}}
    return controls | set(_DIRECTIONS.findall(printed))
