"""Links of an issue as native values: to other issues, and to things elsewhere (remote links).

An issue link's code is how the issue's page says it, `blocks PAY-7`: a history says no more. Its name is the type and
the direction, `Blocks outward`; `both` where the type's words are the same on both sides. A remote link's code is its
id, its name what patterns are tried on: its URL and its globalId while it is there, else the title that the history
has.
https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import quote

from connectors.interface import Value

Raw = Mapping[str, Any]
TITLE = "SLA timeline (slabridge)"
"""What our own remote link is called; it never changes, and the history knows the link by it alone."""
_OURS = "slabridge="
_BEGINNING = "This issue "


def held_link(raw: Raw) -> Value:
    """Return a link of a payload."""
    side = "outward" if "outwardIssue" in raw else "inward"
    key = str(raw[f"{side}Issue"]["key"])
    return Value(f"{raw['type'][side]} {key}", link_name(raw["type"], side))


def link_name(type_: Raw, side: str) -> str:
    """Return what a link of a type is called, seen from one side."""
    return f"{type_['name']} {'both' if type_['inward'] == type_['outward'] else side}"


def names_of_links(types: Iterable[Raw]) -> dict[str, str]:
    """Return what the site's types are called, by how an issue's page says them."""
    return {str(one[side]): link_name(one, side) for one in types for side in ("inward", "outward")}


def unknown_types(asked: Mapping[str, str], types: Sequence[Raw]) -> Iterator[str]:
    """Yield what is wrong with each of these names that no type has; `asked` is name -> place in the configuration."""
    names = [str(one["name"]) for one in types]
    for name, place in asked.items():
        if name in names:
            continue
        said = f"there is no type of issue link {name!r} ({place})"
        for one in types:
            for side in ("inward", "outward"):
                if name.casefold() == str(one[side]).casefold():
                    said += f'; write issue_link = "{one["name"]}", direction = "{side}"'
        yield said + ("" if "write" in said else f"; the site has {', '.join(names)}")


def told_link(key: str, text: str) -> Value:
    """Return a link as a history tells it: "This issue blocks PAY-7"."""
    words = text.removeprefix(_BEGINNING).removesuffix(key).strip()
    return Value(f"{words} {key}", words)


def words_of(code: str) -> str:
    """Return how the issue's page says a link, without the key."""
    return code.rpartition(" ")[0]


def held_remote_link(raw: Raw) -> Value:
    """Return a link to something elsewhere."""
    target = target_of(raw)
    return Value(str(raw["id"]), " ".join(str(part) for part in (target.get("url"), raw.get("globalId")) if part))


def global_id(connection: str, issue: str) -> str:
    """Return the globalId of our own remote link on an issue: the same wherever it leads."""
    return f"{_OURS}{quote(connection, '')}&id={issue}"


def new_remote_link(global_id: str, url: str) -> dict[str, Any]:
    """Return our own remote link as it is made."""
    return {
        "globalId": global_id,
        "application": {"type": "slabridge", "name": "slabridge"},
        "relationship": "service levels",
        "object": {"url": url, "title": TITLE},
    }


def moved_remote_link(held: Raw, url: str) -> dict[str, Any]:
    """Return a remote link with another address and all else that it has: Jira empties what is not sent."""
    kept = {key: value for key, value in held.items() if key not in {"id", "self"}}
    return {**kept, "object": {**target_of(held), "url": url}}


def target_of(raw: Raw) -> Raw:
    """Return what a remote link leads to."""
    found = raw.get("object")
    return found if isinstance(found, Mapping) else {}


def without_ours(links: Sequence[Raw], histories: Sequence[Raw]) -> tuple[list[Raw], list[Raw]]:
    """Return remote links of an issue and its histories without those that slabridge made, and the rows of them.

    A row has no globalId, but the link's id, and of one that is there no more the title.
    """
    ours = {str(one.get("id")) for one in links if str(one.get("globalId") or "").startswith(_OURS)}
    rows = [item for row in histories for item in row["items"] if _is_of_remote_link(item)]
    ours |= {str(item.get(side)) for item in rows for side, text in _SIDES if TITLE in str(item.get(text) or "")}
    kept = [one for one in links if str(one.get("id")) not in ours]

    def left(items: Iterable[Raw]) -> list[Raw]:
        return [
            item
            for item in items
            if not (_is_of_remote_link(item) and ours & {str(item.get(side)) for side, _ in _SIDES if item.get(side)})
        ]

    return kept, [{**row, "items": left(row["items"])} for row in histories]


_SIDES = (("from", "fromString"), ("to", "toString"))


def _is_of_remote_link(item: Raw) -> bool:
    return str(item.get("field")).lower() == "remoteissuelink"


def as_called_now(item: Raw, held: Iterable[Value], key_now: Callable[[str], str]) -> Raw:
    """Return a row of a link with the key that the other issue has now, where none of those `held` has the row's.

    A row names an issue as it was called then; moved since, it would be another link than the one that is held.
    """
    known = {value.code.rpartition(" ")[2] for value in held}
    changed = dict(item)
    for side, text in _SIDES:
        key = item.get(side)
        if isinstance(key, str) and key and key not in known:
            now = key_now(key)
            changed |= {side: now, text: str(item.get(text) or "").removesuffix(key) + now}
    return changed
