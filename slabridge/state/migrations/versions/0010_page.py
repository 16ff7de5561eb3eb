"""What the pages look for, and the links that lead to them."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes, and where a ticket's link leads to."""
    told = "the address of its page that the link on it leads to, where we made one"
    op.add_column("ticket", sa.Column("timeline", sa.String(), comment=told))
    in_sqlite, in_postgresql = sa.text("gone = 1"), sa.text("gone")
    named = ["connection", "id"]
    op.create_index("ticket_gone", "ticket", named, sqlite_where=in_sqlite, postgresql_where=in_postgresql)
    is_open = sa.text("stopped_at IS NULL")
    order = ["due_at", "connection", "ticket", "agreement", "objective", "cycle", "stopped_at"]
    shown = ["status", "kind", "excluded", "team", "holder", "breach_holder", "priority", "customer"]
    if op.get_bind().dialect.name == "postgresql":  # whose indexes hold no text of any length
        shown = []
    op.create_index("result_open", "result", [*order, *shown], sqlite_where=is_open, postgresql_where=is_open)
    # Of issued reports all but what they say: their documents are long, and stand before the last column.
    head = ["period", "about", "number", "issued_at", "as_of", "digest", "redacted_at"]
    op.create_index("report_head", "report", head)
