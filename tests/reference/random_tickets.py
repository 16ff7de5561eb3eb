"""Random tickets whose instants are few, so that they tie with each other and with the edges of calendars."""

from datetime import UTC, timedelta, timezone
from random import Random
from typing import Any

from tests.reference.calendar import EPOCH, Calendar, local_date
from tests.reference.random_agreements import PEOPLE, ROLES, VALUES
from tests.reference.random_calendars import Table, sometimes

DAY = 86_400_000
JITTER = [*[0] * 8, -1, 1, 60_000, 1_800_000, 3_600_000, -3_600_000, DAY, 9 * DAY]
OFFSETS = [UTC, timezone(timedelta(hours=2)), timezone(timedelta(hours=-3, minutes=-30))]
MUTABLE = [*["status"] * 6, *["team", "priority"] * 4, "country", "labels", "vip", "level", "assignee", "due", "due"]


def instants_near(document: Table, anchor: int) -> list[int]:
    """Return the edges of the calendars around an anchor, and a few instants that are none."""
    instants = {anchor, anchor + 1, anchor - 90 * 60_000, anchor + 3 * DAY + 1234}
    for name in document["calendars"]:
        calendar = Calendar(document["calendars"], name)
        first = local_date(anchor - DAY, calendar.zone)
        for day in range(4):
            instants |= {edge for interval in calendar.working_on(first + timedelta(days=day)) for edge in interval}
    return sorted(instants)


def random_instant(rng: Random, pool: list[int]) -> int:
    return rng.choice(pool) + rng.choice(JITTER)


def written(rng: Random, at: int) -> str:
    """Return an instant as RFC 3339 text, with any offset, and sometimes finer than a millisecond."""
    moment = (EPOCH + timedelta(milliseconds=at)).astimezone(rng.choice(OFFSETS))
    moment += timedelta(microseconds=rng.choice([0, 0, 0, 0, 1, 999]))
    return moment.isoformat().replace("+00:00", "Z")


def random_value(rng: Random, field: str) -> object:
    usual: list[Any] = [*VALUES.get(field, PEOPLE), *["work"] * 3 * (field == "status")]
    if not sometimes(rng, 6):
        return rng.choice(usual)
    if sometimes(rng):
        return rng.choice([None, "", [], [None], "other"])
    return rng.sample([*usual, None, ""], rng.randint(1, 3))


def random_due(rng: Random, at: int) -> object:
    """Return a date or an instant, sometimes neither, or one that is no ticket's."""
    due = at + rng.choice([0, 1, -1, 3_600_000, 9 * 3_600_000, DAY, -DAY, 3 * DAY, 40 * DAY])
    day = (EPOCH + timedelta(milliseconds=due)).date().isoformat()
    odd = [None, "", "tomorrow", [day, "2026-03-02"], "2199-12-31", "0012-03-02", f"{day}T12:00:00", "2026-W10-1"]
    return rng.choice([written(rng, due)] * 6 + [day] * 6 + odd)


def random_entry(rng: Random, at: int, held: Table) -> Table:
    """Return a history entry; `held` is changed to what the fields hold after it."""
    changes = {}
    for field in {rng.choice(MUTABLE): None for _ in range(rng.randint(1, 2))}:
        before = random_value(rng, field) if sometimes(rng, 10) else held.get(field)
        held[field] = random_due(rng, at) if field == "due" else random_value(rng, field)
        changes[field] = [before, held[field]]
    return {"at": written(rng, at), "by": rng.choice(PEOPLE), "changes": changes}


def random_comment(rng: Random, at: int) -> Table:
    role, public = rng.choice(["agent", *ROLES]), rng.choice([True, False])
    return {"at": written(rng, at), "by": rng.choice(PEOPLE), "role": role, "public": public}


def random_ticket(rng: Random, key: str, pool: list[int]) -> Table:
    few = [random_instant(rng, pool) for _ in range(rng.choice([2, 4, 6, 9]))]
    moments = sorted(rng.choice(few) for _ in range(rng.randint(2, 9)))
    entered = [at for at in moments if not sometimes(rng, 5)]
    if sometimes(rng, 10):
        rng.shuffle(entered)
    held = {field: random_value(rng, field) for field in VALUES if field != "source"}
    held["due"] = random_due(rng, moments[0])
    if sometimes(rng):
        held["status"] = "new"
    ticket: Table = {
        "source": rng.choice(VALUES["source"]),
        "key": key,
        "created": written(rng, rng.choice([*[moments[0]] * 6, *moments])),
        "history": [random_entry(rng, at, held) for at in entered],
        "comments": [random_comment(rng, rng.choice(moments)) for _ in range(rng.randint(0, 3))],
        "fields": held,
    }
    if sometimes(rng):
        ticket["id"] = f"id of {key}"
    if sometimes(rng, 10):
        held["status"] = random_value(rng, "status")
    return ticket
