"""Custom fields as administrators make them: the fields, their contexts and options, the trash."""

from collections.abc import Sequence
from typing import Any

from slabridge_sandbox.jira.administration import SEARCHERS, Context, Made
from slabridge_sandbox.jira.catalogue import CUSTOM_TYPE, Field, custom_field
from slabridge_sandbox.jira.http import INVALID_PAYLOAD, Answer, Call, Operation, Problem
from slabridge_sandbox.jira.screens import schema
from slabridge_sandbox.jira.site_info import listed
from slabridge_sandbox.jira.values import option

_FIRST = 10_100
_MOST_OPTIONS = 1_000
_LONGEST = 255


def require_administrator(call: Call) -> None:
    """Return if the call is an administrator's.

    Raises:
        Problem: it is not.
    """
    if not call.administrator:
        raise Problem(403, "Only Jira administrators can perform this action.")


def page_of(call: Call, path: str, values: Sequence[Any], most: int = 50) -> Answer:
    """Return a page of a list, as the query asks for it."""
    start, limit = call.number("startAt", 0), min(call.number("maxResults", most), most)
    last = start + limit >= len(values)
    here = call.url(f"{path}?maxResults={limit}&startAt={start}")
    page = {"self": here, "maxResults": limit, "startAt": start, "total": len(values), "isLast": last}
    return Answer(page | {"values": list(values[start : start + limit])})


def _search(call: Call) -> Answer:
    require_administrator(call)
    return page_of(call, "field/search", _matching(call, call.site.fields.all))


def _search_trash(call: Call) -> Answer:
    require_administrator(call)
    trashed = [made.field for made in call.site.administration.made.values() if made.trashed]
    return page_of(call, "field/search/trashed", _matching(call, trashed))


def _matching(call: Call, fields: Sequence[Field]) -> list[dict[str, Any]]:
    """Return the fields whose name or description has the text, in part and whatever the case."""
    text, wanted, kinds = call.query.get("query", "").lower(), call.names("id"), call.names("type")
    return [
        described
        for field in fields
        for described in [_described(call, field)]
        if (text in field.name.lower() or text in described["description"].lower())
        and (not wanted or field.id in wanted)
        and (not kinds or ("custom" if field.custom else "system") in kinds)
    ]


def _described(call: Call, field: Field) -> dict[str, Any]:
    made = call.site.administration.made.get(field.id)
    content = {"id": field.id, "name": field.name, "key": field.id, "description": made.description if made else ""}
    return content if field.id == "issuekey" else content | {"schema": schema(field)}


def _make(call: Call) -> Answer:
    require_administrator(call)
    more = {} if call.site.cloud else {"projectIds": list, "issueTypeIds": list}
    bean = call.bean(name=str, description=str, type=str, searcherKey=str, **more)
    name, kind = bean.get("name", "").strip(), bean.get("type", "").removeprefix(CUSTOM_TYPE)
    searcher = bean.get("searcherKey", "").removeprefix(CUSTOM_TYPE)
    errors = {}
    if not name or len(name) > _LONGEST:
        errors["name"] = "Field name must be between 1 and 255 characters."
    if kind not in SEARCHERS or not bean.get("type", "").startswith(CUSTOM_TYPE):
        errors["type"] = "Invalid custom field type."
    elif searcher and searcher not in SEARCHERS[kind]:
        errors["searcherKey"] = "Invalid searcher for the given custom field type."
    projects = tuple(int(project) for project in bean.get("projectIds", ()))
    if not set(projects) <= call.site.names.projects.keys():
        errors["projectIds"] = "There is no such project."
    if errors:
        raise Problem(400, errors=errors)
    numbers = [field.number for field in call.site.fields.by_id.values() if field.custom]
    field = custom_field(max([_FIRST, *numbers]) + 1, name, kind)
    call.site.administration.make(field, bean.get("description", ""), searcher, projects)
    return Answer(listed(call, field), 201)


def _trash(call: Call) -> Answer:
    made = _made(call)
    if made.trashed:
        raise Problem(400, "The custom field is already in the trash.")
    call.site.administration.trash(made)
    return Answer()


def _restore(call: Call) -> Answer:
    made = _made(call)
    if not made.trashed:
        raise Problem(400, "The custom field is not in the trash.")
    call.site.administration.restore(made)
    return Answer()


def _contexts(call: Call) -> Answer:
    made = _made(call)
    found = [
        {
            "id": str(context.id),
            "name": context.name,
            "description": "",
            "isGlobalContext": not context.projects,
            "isAnyIssueType": True,
        }
        for context in made.contexts
    ]
    return page_of(call, f"field/{made.field.id}/context", found)


def _make_context(call: Call) -> Answer:
    made = _made(call)
    bean = call.bean(name=str, description=str, projectIds=list, issueTypeIds=list)
    if not bean.get("name"):
        raise Problem(400, "The context name is required.")
    projects = tuple(int(project) for project in bean.get("projectIds", ()))
    if not set(projects) <= call.site.names.projects.keys():
        raise Problem(404, "One or more projects were not found.")
    if any(made.in_project(project) for project in projects) or (not projects and made.contexts):
        raise Problem(409, "A project or issue type is in another context of the field.")
    context = call.site.administration.context(bean["name"], projects)
    made.contexts.append(context)
    said = {"name": context.name, "projectIds": [str(one) for one in projects], "issueTypeIds": []}
    return Answer({"id": str(context.id), **said}, 201)


def _options(call: Call) -> Answer:
    made, context = _context(call)
    found = [{"id": str(id_), "value": call.site.names.options[id_], "disabled": False} for id_ in context.options]
    return page_of(call, f"field/{made.field.id}/context/{context.id}/option", found, 100)


def _make_options(call: Call) -> Answer:
    made, context = _context(call)
    sent = call.json()
    given = sent.get("options") if isinstance(sent, dict) and sent.keys() == {"options"} else None
    if not isinstance(given, list) or not all(
        isinstance(one, dict) and one.keys() <= {"value", "disabled", "optionId"} and isinstance(one.get("value"), str)
        for one in given
    ):
        raise Problem(400, INVALID_PAYLOAD)
    if made.field.kind not in {"option", "array/option"} or len(given) > _MOST_OPTIONS:
        raise Problem(400, "The field does not take these options.")
    held = {call.site.names.options[id_] for id_ in context.options}
    values = [one["value"] for one in given]
    if held & set(values) or len(set(values)) < len(values):
        raise Problem(400, "An option with this value already exists in the context.")
    with call.site.transaction():
        ids = [call.site.administration.add_option(made, context, value) for value in values]
    found = [{"id": str(id_), "value": value, "disabled": False} for id_, value in zip(ids, values, strict=True)]
    return Answer({"options": found})


def _custom_fields(call: Call) -> Answer:
    """Answer of a Data Center: custom fields that have a text in their name."""
    require_administrator(call)
    text = call.query.get("search", "").lower()
    found = [field for field in call.site.fields.all if field.custom and text in field.name.lower()]
    return page_of(call, "customFields", [_described(call, field) | {"numericId": field.number} for field in found])


def _custom_field_options(call: Call) -> Answer:
    """Answer of a Data Center: the options of a custom field, by its number."""
    require_administrator(call)
    id_ = f"customfield_{call.path['number']}"
    if id_ not in call.site.fields.by_id:
        raise Problem(404, f"Custom field {call.path['number']} does not exist.")
    found = [option(call, one) for one in call.site.names.options_of[id_].values()]
    return Answer({"total": len(found), "options": found})


def _made(call: Call) -> Made:
    """Return the field that the path names, one that was made.

    Raises:
        Problem: the account is no administrator's, or there is none.
    """
    require_administrator(call)
    made = call.site.administration.made.get(call.path["field"])
    if made is None:
        raise Problem(404, "The custom field was not found.")
    return made


def _context(call: Call) -> tuple[Made, Context]:
    made = _made(call)
    for context in made.contexts:
        if str(context.id) == call.path["context"]:
            return made, context
    raise Problem(404, "The custom field context was not found.")


OPERATIONS: tuple[Operation, ...] = (("POST", "/field", _make),)
CLOUD: tuple[Operation, ...] = (
    ("GET", "/field/search", _search),
    ("GET", "/field/search/trashed", _search_trash),
    ("POST", "/field/{field}/trash", _trash),
    ("POST", "/field/{field}/restore", _restore),
    ("GET", "/field/{field}/context", _contexts),
    ("POST", "/field/{field}/context", _make_context),
    ("GET", "/field/{field}/context/{context}/option", _options),
    ("POST", "/field/{field}/context/{context}/option", _make_options),
)
SERVER: tuple[Operation, ...] = (
    ("GET", "/customFields", _custom_fields),
    ("GET", "/customFields/{number}/options", _custom_field_options),
)
