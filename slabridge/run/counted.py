"""Breaches that come to be too many: one message to management (docs/notifications.md, "Management")."""

import sqlalchemy as sa

from slabridge.config import Config
from slabridge.config.notify.rule import Breaches
from slabridge.run.noting import counting
from slabridge.state import notifications
from slabridge.text.language import Language
from slabridge.text.said import said
from slabridge.ticket.notification import TOLD, Notification


def note_counted(sql: sa.Connection, config: Config, now: int) -> None:
    """Note a message for each address that has had as many breaches as its rule names; then its count begins anew."""
    rules = {
        (counting(told), name): told
        for rule in config.notify
        for told in rule.management
        if isinstance(told, Breaches)
        for name in told.to
    }
    for (step, name), rule in rules.items():
        receiver = config.receivers[name]
        for address in receiver.addresses:
            rows = notifications.counted(sql, address, step, now - rule.within)
            if len(rows) < rule.count:
                continue
            head = said("%(count)s breaches in %(days)s days:", count=len(rows), days=rule.within // 86_400_000)
            body = "\n".join([Language(receiver.language).tell(head), *(_line(row) for row in rows)])
            last = rows[-1]
            notifications.note(
                sql,
                [
                    Notification(
                        receiver=address,
                        step=f"{step}, {last.connection}/{last.ticket} {last.noted_at}",
                        noted_at=now,
                        body=body,
                    )
                ],
            )
            notifications.became(sql, rows, TOLD)


def _line(row: Notification) -> str:
    return f"- {row.key}: {row.agreement}.{row.objective}"
