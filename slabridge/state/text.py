"""Text of any length and content. Tools give what PostgreSQL refuses: NUL, and halves of a character."""

from typing import Any

import sqlalchemy as sa


def storable(value: Any) -> Any:  # noqa: ANN401 - of any column
    """Return what can be stored of a value: in a text, what no database can hold is replaced."""
    if not isinstance(value, str) or (value.isascii() and "\0" not in value):
        return value
    return value.encode(errors="replace").decode().replace("\0", "\N{REPLACEMENT CHARACTER}")


class Text(sa.types.TypeDecorator[str]):
    """Any text; what no database can hold is replaced."""

    impl: Any = sa.Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: sa.Dialect) -> str | None:  # noqa: ARG002 - the same for all
        """Return what can be stored."""
        found: str | None = storable(value)
        return found


class String(Text):
    """A name, an id or a code, of any length and content too."""

    impl = sa.String
    cache_ok = True
