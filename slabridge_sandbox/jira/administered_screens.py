"""Screens as administrators set them up: their tabs and fields, and in the Cloud the schemes that lead to them."""

from typing import Any

from slabridge_sandbox.jira.administered_fields import page_of, require_administrator
from slabridge_sandbox.jira.administration import DEFAULT_SCREEN, Screen, Tab
from slabridge_sandbox.jira.http import Answer, Call, Operation, Problem


def _screens(call: Call) -> Answer:
    require_administrator(call)
    list(call.site.administration.all_schemes())
    found = [{"id": one.id, "name": one.name, "description": ""} for one in call.site.administration.screens.values()]
    return page_of(call, "screens", found, 100) if call.site.cloud else Answer(found)


def _tabs(call: Call) -> Answer:
    return Answer([{"id": tab.id, "name": tab.name} for tab in _screen(call).tabs])


def _tab_fields(call: Call) -> Answer:
    return Answer([_shown(call, id_) for id_ in _tab(call).fields])


def _put(call: Call) -> Answer:
    tab, bean = _tab(call), call.bean(fieldId=str)
    return Answer(_shown(call, _added(call, _screen(call), tab, bean.get("fieldId", ""))))


def _take_off(call: Call) -> Answer:
    tab, id_ = _tab(call), call.path["field"]
    if id_ not in tab.fields:
        raise Problem(404, f"The field '{id_}' is not on the tab.")
    tab.fields.remove(id_)
    return Answer(status=204)


def _put_on_default(call: Call) -> Answer:
    require_administrator(call)
    screen = call.site.administration.screens[DEFAULT_SCREEN]
    return Answer(_shown(call, _added(call, screen, screen.tabs[0], call.path["field"])))


def _added(call: Call, screen: Screen, tab: Tab, id_: str) -> str:
    field = call.site.fields.by_id.get(id_)
    if field is None or field not in call.site.fields.all:
        raise Problem(400, f"The field '{id_}' does not exist.")
    if any(id_ in one.fields for one in screen.tabs):
        raise Problem(400, f"The field with id '{id_}' already exists on the screen.")
    tab.fields.append(id_)
    return id_


def _shown(call: Call, id_: str) -> dict[str, Any]:
    return {"id": id_, "name": call.site.fields.by_id[id_].name}


def _scheme_of_projects(call: Call) -> Answer:
    require_administrator(call)
    asked = call.names("projectId")
    if not asked:
        raise Problem(400, "The project ID is required.")
    found = [
        {
            "issueTypeScreenScheme": {
                "id": str(one.number),
                "name": f"{one.project.key}: Issue Type Screen Scheme",
                "description": "",
            },
            "projectIds": [str(one.project.id)],
        }
        for one in call.site.administration.all_schemes()
        if str(one.project.id) in asked
    ]
    return page_of(call, "issuetypescreenscheme/project", found)


def _mappings(call: Call) -> Answer:
    require_administrator(call)
    asked = call.names("issueTypeScreenSchemeId")
    found = [
        {
            "issueTypeScreenSchemeId": str(one.number),
            "issueTypeId": "default",
            "screenSchemeId": str(one.number + 1_000),
        }
        for one in call.site.administration.all_schemes()
        if not asked or str(one.number) in asked
    ]
    return page_of(call, "issuetypescreenscheme/mapping", found)


def _screen_schemes(call: Call) -> Answer:
    require_administrator(call)
    asked = call.names("id")
    found = [
        {
            "id": one.number + 1_000,
            "name": f"{one.project.key}: Screen Scheme",
            "description": "",
            "screens": {"default": one.default, "edit": one.edit},
        }
        for one in call.site.administration.all_schemes()
        if not asked or str(one.number + 1_000) in asked
    ]
    return page_of(call, "screenscheme", found, 25)


def _screen(call: Call) -> Screen:
    require_administrator(call)
    list(call.site.administration.all_schemes())
    text = call.path["screen"]
    screen = call.site.administration.screens.get(int(text) if text.isdecimal() else 0)
    if screen is None:
        raise Problem(404, f"Screen with id {text} does not exist.")
    return screen


def _tab(call: Call) -> Tab:
    for tab in _screen(call).tabs:
        if str(tab.id) == call.path["tab"]:
            return tab
    raise Problem(404, f"The tab with id {call.path['tab']} does not exist on the screen.")


OPERATIONS: tuple[Operation, ...] = (
    ("GET", "/screens", _screens),
    ("GET", "/screens/{screen}/tabs", _tabs),
    ("GET", "/screens/{screen}/tabs/{tab}/fields", _tab_fields),
    ("POST", "/screens/{screen}/tabs/{tab}/fields", _put),
    ("DELETE", "/screens/{screen}/tabs/{tab}/fields/{field}", _take_off),
    ("POST", "/screens/addToDefault/{field}", _put_on_default),
)
CLOUD: tuple[Operation, ...] = (
    ("GET", "/issuetypescreenscheme/project", _scheme_of_projects),
    ("GET", "/issuetypescreenscheme/mapping", _mappings),
    ("GET", "/screenscheme", _screen_schemes),
)
