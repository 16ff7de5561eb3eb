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
    gone = {"sqlite_where": sa.text("gone = 1"), "postgresql_where": sa.text("gone")}
    op.create_index("ticket_gone", "ticket", ["connection", "id"], **gone)
    is_open = {"sqlite_where": sa.text("stopped_at IS NULL"), "postgresql_where": sa.text("stopped_at IS NULL")}
    named = ("due_at", "connection", "ticket", "agreement", "objective", "cycle")
    shown = ("status", "kind", "excluded", "team", "holder", "priority", "customer")
    op.create_index("result_open", "result", [*named, *shown], **is_open)
