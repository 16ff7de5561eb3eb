"""What a plan says to the administrator of a ServiceNow."""

from collections.abc import Sequence

from connectors.servicenow.provision.access import ROLE
from connectors.servicenow.settings import ServiceNowSettings

IMPORT = (
    "as admin, first elevate your role to security_admin (user menu > Elevate role): access rules ask for it",
    "System Update Sets > Retrieved Update Sets > Import Update Set from XML: choose the file; it becomes Loaded",
    "open it and choose Preview Update Set; where a local update is newer: Accept remote update, or Skip to keep it",
    "choose Commit Update Set, in the scope Global, and read its log for what was skipped",
)
SHARED = (
    "the role and the rules of whole tables stay: rules of other columns ask for the role, and another configuration "
    "may write by it"
)
LOST = "a column that is deleted loses its values on all tickets, for good"
BACK_OUT = (
    "instead of importing this set you may Back Out the one that was committed (System Update Sets > Local Update "
    "Sets); the values are gone in both cases"
)


def after_import(settings: ServiceNowSettings) -> tuple[str, ...]:
    """Say what people do once the set is committed."""
    found = [
        f"User Administration > Users: give the account of connections.{settings.name} the role {ROLE}",
    ]
    found.append(
        "for comments: let the role write the ticket's work_notes, by adding it to the write rule that is there for "
        "work_notes (System Security > Access Control); a rule of its own would shut others out, so the set has none"
    )
    if settings.result_table:
        found.append(
            f"let those who handle tickets read {settings.result_table}: add their role, as itil, to its read rule; "
            f"then show it: on a ticket's form, Configure > Related Lists, add {settings.result_table}"
        )
    else:
        found.append(
            f"show the fields: on a form of {settings.table}, Configure > Form Layout, add them; for the workspace the "
            "same in the views Service Operations Workspace and Service Operations Workspace New Record"
        )
    return tuple(found)


def unruled(rules: Sequence[tuple[str, str]], *, known: bool) -> tuple[str, ...]:
    """Say which rules people have to see to, and why the set has none."""
    if not rules:
        return ()
    listed = ", ".join(f"{table} ({operation})" for table, operation in rules)
    why = (
        "these have no rule of their own, and a first one would shut out all who read them by a wider rule"
        if known
        else "sys_security_acl cannot be read, and the first rule of a table would shut out all others"
    )
    return (f"let the role {ROLE} do this: {listed}; {why}",)


def unread(tables: Sequence[str]) -> tuple[str, ...]:
    """Say what could not be looked at."""
    if not tables:
        return ()
    said = f"{', '.join(tables)} cannot be read whole, so the set has all of it; what is there already stays as it is"
    if "sys_dictionary" in tables:
        said += (
            ". But look first under System Definition > Dictionary that no column of these names is there with another "
            "type; or sign in as an administrator (--as), and it is looked at for you"
        )
    return (said,)
