"""C++ text with comments (and, if wanted, the insides of literals) blanked out, for checks that read source files.

Every character that goes becomes a blank and every line break stays, so that line numbers stay true. No
preprocessor and no grammar: `10'000` and raw strings are known, line continuations in comments are not.
"""

import re

_TOKEN = re.compile(
    r"""
    (?P<comment>//[^\n]*|/\*.*?(?:\*/|\Z))
  | (?P<raw>\b(?:u8|[uUL])?R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)")
  | (?P<separator>(?<=[0-9a-fA-F])'(?=[0-9a-fA-F]))
  | (?P<literal>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')
    """,
    re.VERBOSE | re.DOTALL,
)


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    return _TOKEN.sub(lambda m: _blank(m[0]) if m["comment"] else m[0], text)


def without_comments_and_literals(text):
    return _TOKEN.sub(lambda m: m[0] if m["separator"] else _blank(m[0]), text)


def numbered_lines(text):
    return enumerate(text.split("\n"), start=1)
