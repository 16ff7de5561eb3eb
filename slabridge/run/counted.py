"""Breaches that come to be too many: one message to management (docs/notifications.md, "Management")."""

import sqlalchemy as sa

from sla_engine.instant import DAY
from slabridge.config import Config
from slabridge.config.notify.receiver import Receiver
from slabridge.config.notify.rule import Breaches
from slabridge.run.noting import counting
from slabridge.state import notifications
from slabridge.text.language import Language
from slabridge.text.said import said
from slabridge.ticket.notification import TOLD, Notification


def note_counted(sql: sa.Connection, config: Config, now: int) -> None:
    """Note a message for each address that has had as many breaches as its rule names; then its count begins anew."""
    for rule in config.notify:
        for told in rule.management:
            if isinstance(told, Breaches):
                for name in told.to:
                    _note(sql, config.receivers[name], told, counting(rule, told), now)


def _note(sql: sa.Connection, receiver: Receiver, told: Breaches, step: str, now: int) -> None:
    for address in receiver.addresses:
        notifications.uncount(sql, address, step, now - told.within)
        rows = notifications.counted(sql, address, step)
        if len(rows) < told.count:
            continue
        head = said("%(count)s breaches in %(days)s days:", count=len(rows), days=told.within // DAY)
        lines = [f"- {row.key}: {row.agreement}.{row.objective}" for row in rows]
        body = "\n".join([Language(receiver.language).tell(head), *lines])
        last = f"{step}, {rows[-1].connection}/{rows[-1].ticket} {rows[-1].noted_at}"
        notifications.note(sql, [Notification(receiver=address, step=last, noted_at=now, body=body)])
        notifications.became(sql, rows, TOLD)
