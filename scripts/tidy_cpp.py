"""As much reading of C++ as tidy.py needs: comments and strings away, includes, where functions
begin and end. It relies on the layout of clang-format nowhere, but it is no compiler."""

import re

_TOKEN = re.compile(
    r"""//(?:\\\n|[^\n])*            # comment to the end of the line
      | /\*.*?\*/                    # comment
      | (?:u8|[uUL])?R"(?P<tag>[^()\\\s]{0,16})\(.*?\)(?P=tag)"   # raw string
      | "(?:\\.|[^"\\\n])*"          # string
      | (?<![0-9A-Fa-f_])'(?:\\.|[^'\\\n])+'   # character; a ' inside 1'000 is none
    """, re.X | re.S)


def _blank(match):
    text = match[0]
    if text[0] == "/" or len(text) < 2:
        return re.sub(r"[^\n]", " ", text)
    return text[0] + re.sub(r"[^\n]", " ", text[1:-1]) + text[-1]


def strip(text):
    """The text with comments and the insides of strings blanked; lines and columns stay."""
    return _TOKEN.sub(_blank, text)


_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]+)[>"]')


def includes(raw):
    """Yields (line, '<' or '"', name). Block comments in front of an include do not hide it."""
    in_comment = strip(raw).split("\n")
    for number, line in enumerate(raw.split("\n"), 1):
        match = _INCLUDE.match(line)
        if match and "include" in in_comment[number - 1]:
            yield number, match[1], match[2]


_ATTRIBUTES = re.compile(r"\[\[.*?\]\]|\balignas\s*\([^()]*\)|__attribute__\s*\(\(.*?\)\)", re.S)
_NOT_MEMBER = re.compile(r"\b(const|noexcept|override|final|try|mutable|volatile)\s*$|[)&}]\s*$")
_LEADING = re.compile(r"(\s|(public|private|protected)\s*:(?!:))*")
_LABELS = re.compile(r"^\s*(public|private|protected)\s*:", re.S)


def _drop_templates(head):
    """Removes leading `template <...>` with nested angle brackets."""
    head = head.lstrip()
    while head.startswith("template"):
        start = head.find("<")
        if start < 0:
            break
        depth = parens = 0
        for i in range(start, len(head)):
            if head[i] in "()":
                parens += 1 if head[i] == "(" else -1
            elif parens == 0 and head[i] == "<":
                depth += 1
            elif parens == 0 and head[i] == ">" and head[i - 1] != "-":
                depth -= 1
                if depth == 0:
                    break
        head = head[i + 1:].lstrip()
    return head


def _top_level(head):
    """The head with everything inside (), [] blanked, so that what is left is at depth 0."""
    depth, out = 0, []
    for c in head:
        if c in "([":
            depth += 1
            out.append(c if depth == 1 else " ")
        elif c in ")]":
            out.append(c if depth == 1 else " ")
            depth -= 1
        else:
            out.append(c if depth == 0 else " ")
    return "".join(out)


def _classify(head):
    """What the brace after head opens: namespace, type, function, member (of an initialiser list
    of a constructor) or other."""
    head = _ATTRIBUTES.sub(" ", head)
    while _LABELS.match(head):
        head = _LABELS.sub("", head, count=1)
    head = _drop_templates(head)
    flat = _top_level(head)
    if re.match(r"\s*(inline\s+)?namespace\b", flat) or re.match(r'\s*extern\s+"\s*"\s*$', flat):
        return "namespace"
    if re.match(r"\s*(typedef\s+)?(class|struct|union|enum)\b", flat):
        return "type"
    if re.match(r"\s*(concept|requires)\b", flat):
        return "other"
    without_operator = re.sub(r"\boperator\s*(\(\s*\)|\[\s*\]|[^\s\w(]+)", "operator", flat)
    if re.search(r"(?<![=!<>])=(?!=)", without_operator):
        return "function" if re.search(r"\]\s*(\(\s*\))?[\w\s>:<,&*-]*$", flat) else "other"
    if ")" not in flat:
        return "other"
    initialisers = re.search(r"\)[\s\w]*(?<!:):(?!:)", flat)
    if initialisers and not _NOT_MEMBER.search(flat[initialisers.end():] or ")"):
        return "member"
    return "function"


def _name(head):
    head = _drop_templates(_ATTRIBUTES.sub(" ", head))
    macro = re.search(r"\b(TEST|TEST_F|TEST_P|BENCHMARK_F)\s*\(\s*(\w+)\s*,\s*(\w+)\s*\)", head)
    if macro:
        return f"{macro[2]}.{macro[3]}"
    match = re.search(r"((?:~?\w+(?:<[^<>()]*>)?::)*"
                      r"(?:operator\s*(?:\(\s*\)|\[\s*\]|[^\s\w(]+|\w+)|~?\w+))\s*\(", head)
    if match:
        return re.sub(r"\s+", "", match[1])
    match = re.search(r"(\w+)\s*=", head)
    return match[1] if match else "?"


def _close(code, start):
    """Index of the brace that closes the one at start."""
    depth = 0
    for match in re.compile(r"[{}]").finditer(code, start):
        depth += 1 if match[0] == "{" else -1
        if depth == 0:
            return match.start()
    return len(code) - 1


def _without_preprocessor(code):
    return re.sub(r"^[ \t]*#(?:\\\n|[^\n])*", lambda m: re.sub(r"[^\n]", " ", m[0]), code,
                  flags=re.M)


def functions(code):
    """Yields (name, line, lines with code) of each function of stripped code; what is inside a
    function, lambdas included, belongs to it."""
    code = _without_preprocessor(code)
    # An else-branch of the preprocessor may open a brace twice: such a file is beyond this reader.
    at, head, parens = 0, 0, 0
    while at < len(code):
        c = code[at]
        if c in "()":
            parens += 1 if c == "(" else -1
        elif c == ";" and parens <= 0:
            head, parens = at + 1, 0
        elif c == "}":
            head, parens = at + 1, 0
        elif c == "{" and parens > 0:
            at = _close(code, at)  # an initialiser inside parentheses
        elif c == "{":
            kind = _classify(code[head:at])
            if kind in ("namespace", "type"):
                head = at + 1
            else:
                end = _close(code, at)
                if kind == "function":
                    start = _LEADING.match(code, head).end()
                    body = code[start:end + 1].split("\n")
                    line = code.count("\n", 0, start) + 1
                    yield _name(code[head:at]), line, sum(1 for text in body if text.strip())
                if kind != "member":
                    head = end + 1
                at = end
        at += 1
