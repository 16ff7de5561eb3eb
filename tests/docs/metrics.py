"""The page of metrics, as the code describes them."""

from slabridge.app.metrics import OPEN, OUTCOMES, STATUSES
from slabridge.run.actions import Reason
from slabridge.show.metrics import METRICS
from slabridge.state.outbox import STATES

_HEAD = """# Metrics

[`run --every --listen`](daemon.md#what-it-serves) serves them at `/metrics`; `run --metrics FILE`, with `--every` or without, writes them into a file after each run, for the [textfile
collector](https://github.com/prometheus/node_exporter#textfile-collector) of Prometheus' node exporter:

```sh
slabridge run --config /etc/slabridge/config.toml --metrics /var/lib/node_exporter/slabridge.prom
```

The file is replaced as a whole, and readable by everybody. What counts (`counter`) counts all runs of a state, whoever started them, and goes on after a restart; runs that could not begin, or that were killed, left nothing to count but, for the
first, their outcome. All else is what the last run left. Instants are Unix time in seconds: the age of something is `time() -` it. No ticket and no person is ever a label.
"""
_FOOT = """
With a [folder of customers](customers.md) each metric but the first two has the label `customer` besides. Series are there from the first run on, at 0, so that `rate()` sees the first event too. A daemon's
`/metrics` has `process_*` besides: memory, files and processor time.
"""


def metrics_page() -> str:
    """Return the page."""
    rows = [
        f"| `{metric.name}` | {metric.kind} | {', '.join(f'`{label}`' for label in metric.labels) or '-'} | {metric.help} |"
        for metric in METRICS
    ]
    values = {
        "outcome": [code.name.lower() for code in OUTCOMES],
        "status` of calls": STATUSES,
        "status` of clocks": OPEN,
        "kind": ("field", "comment", "link"),
        "reason": list(Reason),
        "state` of the outbox": STATES,
    }
    labels = [
        f"| `{name}{'' if '`' in name else '`'} | {', '.join(f'`{one}`' for one in some)} |"
        for name, some in values.items()
    ]
    return "\n".join(
        [
            _HEAD,
            "| metric | kind | labels | meaning |\n|---|---|---|---|",
            *rows,
            "\n| label | values |\n|---|---|",
            *labels,
            _FOOT.rstrip(),
            "",
        ]
    )
