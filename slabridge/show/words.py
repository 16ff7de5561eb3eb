"""Words that documents have as they are, and that each language shows in its own way."""

from collections.abc import Mapping
from typing import Final

from slabridge.text.said import word

BASES: Final = (word("decided"), word("stopped"), word("started"), word("due"))
STATES: Final = (word("draft"), word("provisional"), word("issued"), word("restated"))
MEASURES: Final = (word("compliance"), word("availability"), word("outages"), word("longest"), word("down"))
CAUSES: Final[Mapping[str, str]] = {
    "overrun": word("OLA or UC overrun"),
    "gaps": word("time without OLA or UC"),
    "hours": word("outside OLA or UC hours"),
    "misfit": word("OLAs and UCs do not add up"),
    "unbacked": word("no OLA or UC"),
}
LINES: Final = (word("overrun"), word("breach"), word("count"), word("missed"))
OUTAGES: Final = (word("down"), word("degraded"), word("planned"), word("excluded"))
EFFECTS: Final = (
    *(word("counted"), word("outside service time"), word("maintenance"), word("excluded"), word("excused")),
    *(word("weight 0"), word("too short"), word("superseded")),
)
STEPS: Final = (
    *(word("before"), word("created"), word("re-opened"), word("came into scope")),
    *(word("resolved"), word("left the scope")),
)
AGES: Final = (word("<1 d"), word("<7 d"), word("<30 d"), word("<90 d"), word("older"))
OUTCOMES: Final = (word("met"), word("breached"), word("excluded"), word("decided earlier"))
UNITS: Final = (word("month"), word("quarter"), word("year"))
COUNTED: Final = (word("breaches"), word("outages"))
NO_VERDICT: Final = (
    word("no cases"),
    word("no share is promised"),
    word("no service time"),
    word("nothing is promised"),
    word("too little was measured"),
    word("nothing tells of outages"),
)
DUTIES: Final[Mapping[str, str]] = {
    "claim": word("credit can be claimed"),
    "root cause": word("root cause analysis"),
    "plan": word("improvement plan"),
    "management": word("meeting of management"),
    "termination": word("right to terminate"),
}
HOW: Final = (
    word(
        "A cycle counts in the period in which it was decided, where nothing else is said: at its breach, "
        "whether it is still open or not, else where it was met; cancelled cycles count nowhere, excluded ones "
        "apart. A result is met / (met + breached), pooled over all cases, cut to the decimals that its promise "
        "has, two at least; without cases there is none. A cycle whose target was cut so that it had been broken in an "
        "earlier period counts where that became known."
    ),
    word(
        "Times are working time by the calendar of the cycle, a percentile is the time of a real ticket. Time to "
        "restore is from a ticket's creation to its last entry into a resolved state. Resolved by the first team "
        "is a restored ticket that one team alone had, that was never re-opened, never waited for others, and "
        "was restored within the time that counts as first contact."
    ),
    word(
        "A cause is the first that explains why a promise was broken. OLA or UC overrun: somebody beneath took longer "
        "than agreed. Time without OLA or UC: nothing beneath covered it. Outside OLA or UC hours: it fell out of the "
        "hours of what is agreed beneath. OLAs and UCs do not add up: it would have been broken with all of them kept. "
        "No OLA or UC: nothing is agreed beneath."
    ),
    word(
        "Availability is (service time - time down) / service time; outages that overlap or touch are one, and of "
        "several weights at one instant the greatest counts; between failures is (service time - time down) / outages, "
        "to restore is time down / outages, both in the mean. The downtime allowance is the share of the service time "
        "that the promise leaves."
    ),
    word(
        "Open and breached are the cycles that were broken and open at the end, with their time beyond due. Changed "
        "under way are decided cycles whose target in the end is not that with which they began. Incidents are the "
        "tickets that were created as such in the period; in 30 days: number x 30 x 24 h / length of the period."
    ),
    word(
        "Handovers are changes of the holder, unset passed over, re-openings the entries from a resolved state into "
        "another, both of restored tickets. The backlog is what is unresolved: before + created + re-opened + came "
        "into scope - resolved - left the scope = after; its age is from creation. A recurring fault is that of "
        "tickets, created in the period or the 90 days before it, that shared the values shown when they were created."
    ),
    word(
        "Who used the time is the counted time of cycles that lies in the period, by who had the ticket, and by the "
        "agreement that backed it then: in that one's hours, out of them, while it paused, or backed by nothing. "
        "Satisfaction is the mean of the answers that were given in the period. Every list of tickets is in the files "
        "beside this page."
    ),
)
OBJECTIVES: Final = (word("response"), word("resolution"))
YES_NO: Final[Mapping[bool | None, str]] = {True: word("yes"), False: word("no"), None: ""}
COLUMNS: Final[Mapping[str, str]] = {
    "agreement": word("agreement"),
    "objective": word("objective"),
    "source": word("source"),
    "ticket": word("ticket"),
    "id": word("id"),
    "cycle": word("cycle"),
    "started_at": word("began"),
    "stopped_at": word("ended"),
    "breached_at": word("breached at"),
    "target_seconds": word("target, seconds"),
    "elapsed_seconds": word("used, seconds"),
    "paused_seconds": word("paused, seconds"),
    "over_seconds": word("over, seconds"),
    "holder": word("held by"),
    "outcome": word("outcome"),
    "by_end": word("ended in the period"),
    "breach_holder": word("held by at the breach"),
    "cause": word("cause"),
    "overruns": word("overrun by"),
    "root_cause": word("root cause"),
    "because": word("because"),
    "approved_by": word("approved by"),
    "first_target_seconds": word("first target, seconds"),
    "first_breached": word("breached by the first"),
    "breached": word("breached"),
    "strictest_target_seconds": word("strictest target, seconds"),
    "strictest_breached": word("breached by the strictest"),
    "created_at": word("created"),
    "resolved_at": word("resolved"),
    "restored": word("restored"),
    "first_team": word("resolved by the first team"),
    "incident": word("incident"),
    "backlog": word("in the backlog"),
    "wall_seconds": word("round the clock, seconds"),
    "working_seconds": word("working time, seconds"),
    "teams": word("teams"),
    "handovers": word("handovers"),
    "reopenings": word("re-openings"),
    "asked": word("asked by"),
    "at": word("at"),
    "grade": word("grade"),
    "step": word("step"),
    "values": word("values"),
    "cover": word("backed by"),
    "seconds": word("time, seconds"),
    "covered": word("in its hours, seconds"),
    "closed": word("out of them, seconds"),
    "paused": word("while it paused, seconds"),
    "uncovered": word("backed by nothing, seconds"),
    "service": word("service"),
    "from": word("from"),
    "to": word("to"),
    "kind": word("kind"),
    "weight": word("weight"),
    "down_seconds": word("down, seconds"),
    "ref": word("record"),
    "version": word("version"),
    "announced": word("announced"),
    "effect": word("what became of it"),
    "records": word("records"),
    "what": word("what"),
    "since": word("since"),
    "due_at": word("due"),
    "due_if_resumed": word("due if resumed now"),
    "stage": word("state"),
    "age_seconds": word("since the breach, seconds"),
    "steps": word("what changed"),
    "by": word("by"),
    "done": word("done"),
    "periods_left": word("periods left"),
    "period": word("period"),
    "text": word("for"),
    "amount": word("amount"),
    "points": word("points"),
    "currency": word("currency"),
    "promise": word("promise"),
    "measure": word("measure"),
    "target": word("promised"),
    "percent": word("result"),
    "kept": word("kept"),
    "why_no_verdict": word("why there is no verdict"),
    "value": word("value"),
}
SHEETS: Final[Mapping[str, str]] = {
    "cover": word("Cover"),
    "promises": word("Promises"),
    "cases": word("Cases"),
    "open": word("Open and breached"),
    "undecided": word("Not decided yet"),
    "changed": word("Changed under way"),
    "tickets": word("Tickets"),
    "answers": word("Answers"),
    "backlog": word("Steps of the backlog"),
    "faults": word("Recurring faults"),
    "time": word("Time used"),
    "outages": word("Outages"),
    "duties": word("Duties"),
    "credits": word("Credits"),
}
LISTS: Final = tuple(name for name in SHEETS if name not in {"cover", "promises"})
"""Sheets that are lists behind figures (`report_lists`)."""
