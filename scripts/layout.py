"""The layout of a class, read from the debug information of an object file (readelf's text)."""

import re

_DIE = re.compile(r"^ *<([0-9a-f]+)><([0-9a-f]+)>: Abbrev Number: \d+ \((\w+)\)")
_ATTRIBUTE = re.compile(r"^ *<[0-9a-f]+> +(DW_AT_\w+) *: (.*)$")
_TYPES = ("DW_TAG_class_type", "DW_TAG_structure_type")


class _Die:
    def __init__(self, depth, offset, tag):
        self.depth, self.offset, self.tag = depth, offset, tag
        self.attributes, self.children = {}, []

    def name(self):
        return self.attributes.get("DW_AT_name", "").split("): ")[-1].strip()

    def number(self, key):
        text = self.attributes.get(key, "0").split()[0]
        return int(text, 0)


def _parse(dump):
    """All entries by offset, with the children of each."""
    dies, path, current = {}, [], None
    for line in dump.splitlines():
        match = _DIE.match(line)
        if match:
            current = _Die(int(match[1], 16), int(match[2], 16), match[3])
            dies[current.offset] = current
            del path[current.depth:]
            if path:
                path[-1].children.append(current)
            path.append(current)
        elif current is not None:
            match = _ATTRIBUTE.match(line)
            if match:
                current.attributes.setdefault(match[1], match[2])
    return dies


def _type_of(dies, die):
    """The class that a member or alias is of, or None."""
    while True:
        match = re.match(r"<0x([0-9a-f]+)>", die.attributes.get("DW_AT_type", ""))
        die = dies.get(int(match[1], 16)) if match else None
        if die is None or die.tag in _TYPES:
            return die
        if die.tag not in ("DW_TAG_typedef", "DW_TAG_const_type"):
            return None


def _walk(dies, die, size, depth, depth_max):
    members = [c for c in die.children if c.tag in ("DW_TAG_member", "DW_TAG_inheritance")
               and "DW_AT_data_member_location" in c.attributes]
    starts = [m.number("DW_AT_data_member_location") for m in members]
    for member, start, end in zip(members, starts, [*starts[1:], size]):
        yield depth, member.name() or "(base)", end - start
        inner = _type_of(dies, member)
        if inner is not None and depth < depth_max:
            yield from _walk(dies, inner, end - start, depth + 1, depth_max)


def members(dump, name, depth_max=1):
    """(size of the class, [(depth, member, bytes with its padding)]) of the class called name."""
    dies = _parse(dump)
    for die in dies.values():
        if die.tag in _TYPES and die.name() == name and "DW_AT_byte_size" in die.attributes:
            size = die.number("DW_AT_byte_size")
            return size, list(_walk(dies, die, size, 0, depth_max))
    raise LookupError(f"no class {name} in the debug information")
