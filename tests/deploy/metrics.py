"""The metrics that rules and dashboards are over, and what stands for them where no slabridge runs."""

import re
from itertools import product

OUTCOMES = ("complete", "bug", "usage", "partial", "deferred", "busy")
METRICS: dict[str, dict[str, tuple[str, ...]]] = {
    "slabridge_build_info": {"version": ()},
    "slabridge_configuration_valid": {},
    "slabridge_run_duration_seconds": {},
    "slabridge_runs_total": {"outcome": OUTCOMES},
    "slabridge_last_run_timestamp_seconds": {},
    "slabridge_last_success_timestamp_seconds": {"connection": ()},
    "slabridge_data_timestamp_seconds": {"connection": ()},
    "slabridge_tool_up": {"connection": ()},
    "slabridge_tickets_pulled_total": {"connection": ()},
    "slabridge_tickets_judged_total": {"connection": ()},
    "slabridge_writes_total": {
        "connection": (),
        "kind": ("field", "comment", "link"),
        "reason": ("first", "changed", "drift", "emptied", "transition"),
    },
    "slabridge_calls_total": {"host": (), "status": ("2xx", "3xx", "4xx", "5xx", "none")},
    "slabridge_limit_wait_seconds_total": {"host": ()},
    "slabridge_outbox_entries": {"connection": (), "state": ("sending", "posted", "refused", "lost", "held")},
    "slabridge_quarantined_tickets": {"connection": ()},
    "slabridge_open_clocks": {"agreement": (), "status": ("on_track", "at_risk", "paused", "breached")},
    "slabridge_clocks_due_within_hour": {"agreement": ()},
    "slabridge_notification_entries": {
        "receiver": (),
        "state": ("waiting", "failing", "sending", "sent", "unclear", "dropped"),
    },
}
"""Each metric with its labels, and what these may say; nothing: a name of the file's or the network's.

With a folder of customers each has the label `customer`, too.
"""


def selectors(expression: str) -> list[tuple[str, dict[str, str]]]:
    """Return (metric, label -> pattern) of each selector of an expression."""
    found = re.findall(r"(slabridge_\w+)(?:\{([^}]*)\})?", expression)
    return [(name, dict(re.findall(r'(\w+)=~?"([^"]*)"', labels))) for name, labels in found]


def unknown(expression: str) -> list[str]:
    """Return what an expression names that no metric has."""
    wrong = []
    for metric, asked in selectors(expression):
        labels = METRICS.get(metric)
        if labels is None:
            wrong.append(metric)
            continue
        for label, pattern in asked.items():
            if label not in {*labels, "customer", "instance"}:
                wrong.append(f"{metric}: {label}")
            elif labels.get(label) and not pattern.startswith("$"):
                wrong += [f"{metric}: {label}={part}" for part in pattern.split("|") if part not in labels[label]]
    return wrong


def series() -> list[str]:
    """Return a series of each metric for each of what its labels may say, without values."""
    found = []
    for metric, labels in METRICS.items():
        for chosen in product(*(values or (f"a_{label}",) for label, values in labels.items())):
            pairs = ",".join(f'{label}="{value}"' for label, value in zip(labels, chosen, strict=True))
            found.append(f"{metric}{{{pairs}}}")
    return found
