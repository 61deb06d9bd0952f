"""All rows, by group: a group is a module of the folder `rows`, its title the first line of its text."""

import importlib
import pkgutil

from . import rows
from .row import Row


def groups() -> dict[str, list[Row]]:
    """The rows under the titles of their groups, in the order of the modules' names."""
    names = sorted(module.name for module in pkgutil.iter_modules(rows.__path__))
    modules = [importlib.import_module(f"{rows.__name__}.{name}") for name in names]
    return {module.__doc__.splitlines()[0].rstrip("."): module.ROWS for module in modules}


def all_rows() -> list[Row]:
    """Every row; no two have the same name."""
    found = [row for group in groups().values() for row in group]
    assert len({row.name for row in found}) == len(found), "two rows of one name"
    return found
