"""What has no history at its source is reported for each objective that uses it."""

from sla_engine import Engine
from slabridge.run.gaps import Gap, gaps_of
from tests.slabridge.config.small import definitions

CLAUSES = Engine(
    definitions("""
[agreements.standard]
scope = { customer = "Acme" }
[agreements.standard.objectives.response]
start = { status = "new" }
stop = { event = "comment", role = "agent" }
targets = { priority = { P1 = "1h" }, else = "2h" }
""")
).clauses
MAPPED = {"status": "state", "priority": "priority", "customer": "company.name", "team": "assignment_group"}


def found(**missing: str) -> set[Gap]:
    return set(gaps_of(CLAUSES, MAPPED, {name.replace("_name", ".name"): why for name, why in missing.items()}))


def test_a_field_is_reported_for_each_objective_that_reads_it_in_scope_rule_or_target() -> None:
    assert found(company_name="dot-walked", priority="not audited") == {
        Gap("standard.response", "customer", "dot-walked"),
        Gap("standard.resolution", "customer", "dot-walked"),
        Gap("standard.response", "priority", "not audited"),
    }


def test_a_field_that_no_objective_reads_is_not_reported() -> None:
    assert found(assignment_group="not audited") == set()


def test_comments_are_reported_where_a_rule_waits_for_one() -> None:
    assert found(comments="the journal is not readable") == {
        Gap("standard.response", "comments", "the journal is not readable")
    }
