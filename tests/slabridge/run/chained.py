"""A configuration in which both tools tell of each other: incidents name issues, and wait for them."""

SNOW = """
[[connections.snow.links]]
type = "problem"
to = "jira"
field = "correlation_id"
match = '[A-Za-z][A-Za-z0-9_]+-\\d+'
"""
CHAIN = """
[[chain]]
link = ["problem"]
above = { source = "snow" }
below = { source = "jira" }
until = { status = ["resolved", "closed"] }
"""


def chained(text: str) -> str:
    """Return the example with links: issues show what stands above them, incidents who has their time."""
    snow, jira = f"{text}{SNOW}{CHAIN}".split("[connections.jira]\n")
    snow = snow.replace('value = "sla.holder"', 'value = "sla.carrier"')
    snow = snow.replace('value = "ola.holder"', 'value = "below.key"')
    jira = jira.replace('value = "sla.next_due_at"', 'value = "above.sla.due_at"')
    jira = jira.replace('value = "sla.holder"', 'value = "above.key"')
    jira = jira.replace('value = "ola.holder"', 'value = "above.sla.carrier_key"')
    return f"{snow}[connections.jira]\n{jira}"


def unchained(text: str) -> str:
    """Return the example without links between its tools, for those who take one of them."""
    for table in ("[[chain]]", "[[connections.jira.links]]"):
        head, _, rest = text.partition(table)
        text = head + rest.partition("\n\n")[2]
    return text.replace('above = ["sla"]', "above = []")
