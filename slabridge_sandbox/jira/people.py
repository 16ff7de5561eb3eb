"""What people do to the site beyond stories: moving, deleting, migrating, renaming, editing, transitions and comments.

Each is a POST below /sandbox/ with a JSON object; a mistake is 400 with `error`.
"""

from collections.abc import Awaitable, Callable
from dataclasses import asdict
from typing import Any

import orjson
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from slabridge_sandbox.jira import edit, feedback, links, payloads, remote_links
from slabridge_sandbox.jira.catalogue import SYSTEM
from slabridge_sandbox.jira.changes import Issue, change, store
from slabridge_sandbox.jira.http import Call, Problem
from slabridge_sandbox.jira.people_comments import PERSON, comment, delete_comment, hide_comment
from slabridge_sandbox.jira.site import Site
from slabridge_sandbox.jira.transitions import to_status

Act = Callable[[Site, dict[str, Any]], object]


def _move(site: Site, asked: dict[str, Any]) -> object:
    """Move an issue to a project, which is made if there is none: the key changes, the id and the old key stay."""
    issue, now = _issue(site, asked["issue"]), site.clock.now
    with site.transaction():
        to = site.names.project(asked["project"])
        if to is None:
            to = site.names.add_project(asked["project"].upper(), asked["project"], asked.get("type", "service_desk"))
        project, number, old = issue["project"], issue["number"], site.keys.of(issue["project"], issue["number"])
        items = change(site, issue, now, {SYSTEM["project"]: to.id})
        if not items:
            raise ValueError(f"{old} is in {to.key} already")
        site.db.execute("INSERT INTO moved VALUES (?, ?, ?)", (project, number, issue["id"]))
        issue["number"] = site.keys.next_number(to.id)
        key = site.keys.of(to.id, issue["number"])
        store(site, issue, now, _person(site, asked), [*items, (None, None, old, None, key, "Key", "jira")])
    site.notify(issue["id"], now)
    return {"key": key}


def _delete(site: Site, asked: dict[str, Any]) -> object:
    """Delete an issue with all that belongs to it."""
    issue = _issue(site, asked["issue"])
    with site.transaction():
        site.index.remember(site.clock.now, issue)
        site.db.execute(
            "INSERT INTO deleted VALUES (?, ?, ?, ?)",
            [issue[column] for column in ("id", "project", "number", "story")],
        )
        site.db.execute("DELETE FROM issues WHERE id = ?", (issue["id"],))
        for table in ("histories", "comments", "properties", "moved", "remote_links"):
            site.db.execute(f"DELETE FROM {table} WHERE issue = ?", (issue["id"],))  # noqa: S608 - our names
        site.db.execute('DELETE FROM links WHERE ? IN ("from", "to")', (issue["id"],))
    return {"id": str(issue["id"])}


def _migrate(site: Site, asked: dict[str, Any]) -> object:
    """Move issues to another workflow, which leaves a history and does not touch `updated`.

    `issues` are all by default; `statuses` maps names of statuses to those of the new workflow.
    """
    ids = asked.get("issues") or [str(id_) for (id_,) in site.db.execute("SELECT id FROM issues")]
    workflow, names, now, author = asked["workflow"], asked.get("statuses", {}), site.clock.now, _person(site, asked)
    statuses = {site.names.status(old).id: site.names.status(new).id for old, new in names.items()}
    with site.transaction():
        for issue in [_issue(site, id_) for id_ in ids]:
            updated, status = issue["updated"], issue["status"]
            items = change(site, issue, now, {SYSTEM["status"]: statuses.get(status, status)})
            issue["updated"] = updated
            items.append((None, "10001", asked.get("from", "ITSM workflow"), "10002", workflow, "Workflow", "jira"))
            store(site, issue, now, author, items)
    for id_ in ids:
        site.notify(_issue(site, id_)["id"], now)
    return {"migrated": len(ids)}


def _rename_status(site: Site, asked: dict[str, Any]) -> object:
    """Give a status another name; its id stays, and histories keep the old name."""
    try:
        return {"id": str(site.names.rename_status(asked["from"], asked["to"]).id)}
    except KeyError:
        raise ValueError(f"there is no status {asked['from']}") from None


def _edit(site: Site, asked: dict[str, Any]) -> object:
    """Let somebody (`by`) change `fields` of an issue, in the shapes of version 3."""
    call, issue = _as_person(site), _issue(site, asked["issue"])
    values = edit.sent_values(call, issue, asked["fields"], {})
    return {"changed": edit.edit(call, issue, _person(site, asked), values, {})}


def _transition(site: Site, asked: dict[str, Any]) -> object:
    """Let somebody (`by`) move an issue to the status `to`, by name."""
    issue = _issue(site, asked["issue"])
    to_status(site, issue, _person(site, asked), site.names.status(asked["to"]).id)
    return {"id": str(issue["id"])}


def _group(site: Site, asked: dict[str, Any]) -> object:
    """Make a group of the `members` by name, or give one other members."""
    site.names.groups[asked["group"]] = {site.names.account(name) for name in asked["members"]}
    site.db.commit()
    return {"members": len(site.names.groups[asked["group"]])}


def _link(site: Site, asked: dict[str, Any]) -> object:
    """Let somebody (`by`) link an issue `to` another, by the name of a `type`."""
    one, other = (_issue(site, asked[end])["id"] for end in ("issue", "to"))
    return {"id": links.link(site, one, other, asked.get("type", "Blocks"), _person(site, asked))}


def _unlink(site: Site, asked: dict[str, Any]) -> object:
    """Let somebody (`by`) take the `link` away, by its id."""
    return {"unlinked": links.unlink(site, int(asked["link"]), _person(site, asked))}


def _remote_link(site: Site, asked: dict[str, Any]) -> object:
    """Let somebody (`by`) link an issue to a `url` with a `title`, and if wanted a `globalId`."""
    sent = {"globalId": asked.get("globalId"), "object": {"url": asked["url"], "title": asked["title"]}}
    return {"id": remote_links.link(site, _issue(site, asked["issue"])["id"], sent, _person(site, asked))[0]}


def _remote_unlink(site: Site, asked: dict[str, Any]) -> object:
    """Let somebody (`by`) take all remote links of an issue away."""
    rows = site.rows("SELECT * FROM remote_links WHERE issue = ?", (_issue(site, asked["issue"])["id"],))
    for row in rows:
        remote_links.unlink(site, row, _person(site, asked))
    return {"unlinked": len(rows)}


def _rate(site: Site, asked: dict[str, Any]) -> object:
    """Let the reporter of an issue say how it went: a `rating` from 1 to 5, or none to take it back."""
    issue = _issue(site, asked["issue"])
    feedback.rate(site, issue["id"], asked["rating"])
    return {"rating": asked["rating"]}


def _options(site: Site, asked: dict[str, Any]) -> object:
    """Let an administrator add `options` to a select `field` that was made, by name, in all of its contexts."""
    made = site.administration.named(asked["field"])
    with site.transaction():
        for context in made.contexts:
            for value in asked["options"]:
                site.administration.add_option(made, context, value)
    return {"options": list(site.names.options_of[made.field.id])}


def _describe(site: Site, asked: dict[str, Any]) -> object:
    """Let an administrator give a `field` that was made, by name, another `description`."""
    site.administration.named(asked["field"]).description = asked["description"]
    return {"description": asked["description"]}


ACTS: dict[str, Act] = {
    "describe": _describe,
    "options": _options,
    "link": _link,
    "unlink": _unlink,
    "remote-link": _remote_link,
    "remote-unlink": _remote_unlink,
    "move": _move,
    "delete": _delete,
    "migrate": _migrate,
    "rename-status": _rename_status,
    "edit": _edit,
    "transition": _transition,
    "comment": comment,
    "delete-comment": delete_comment,
    "hide-comment": hide_comment,
    "group": _group,
    "rate": _rate,
}


def routes(site: Site) -> list[BaseRoute]:
    """Return the routes by which people act, issues are loaded, and mails are read."""

    async def load(request: Request) -> Response:
        body = await request.body()
        return _answered(lambda: {"loaded": payloads.load(site, body.splitlines())})

    async def mails(_: Request) -> Response:
        return _answered(lambda: {"mails": [asdict(mail) for mail in site.mails]})

    async def no_mails(_: Request) -> Response:
        site.mails.clear()
        return Response(status_code=204)

    return [
        *(Route(f"/sandbox/{name}", _acting(site, act), methods=["POST"]) for name, act in ACTS.items()),
        Route("/sandbox/issues", load, methods=["POST"]),
        Route("/sandbox/mails", mails, methods=["GET"]),
        Route("/sandbox/mails", no_mails, methods=["DELETE"]),
    ]


def _acting(site: Site, act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def answer(request: Request) -> Response:
        body = await request.body()
        return _answered(lambda: act(site, orjson.loads(body)))

    return answer


def _answered(act: Callable[[], object]) -> Response:
    try:
        return Response(orjson.dumps(act()), media_type="application/json")
    except KeyError as error:
        reason = f"the object lacks {error}"
    except Problem as problem:
        reason = str(problem.content)
    except (ValueError, TypeError) as error:
        reason = str(error)
    return Response(orjson.dumps({"error": reason}), 400, media_type="application/json")


def _issue(site: Site, text: str) -> Issue:
    id_ = site.keys.find(text)
    if id_ is None:
        raise ValueError(f"there is no issue {text}")
    return dict(site.issues([id_])[0])


def _person(site: Site, asked: dict[str, Any]) -> str:
    return site.names.account(asked.get("by", PERSON))


def _as_person(site: Site) -> Call:
    return Call(site, "", 3, True, {}, QueryParams(), b"")
