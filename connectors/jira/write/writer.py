"""Writing: fields by one PUT an issue, with our property; comments by one POST each; a link after a look for it.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put
"""

from collections.abc import Iterator, Mapping, Sequence

from connectors.errors import Halted, Refused, Unavailable, Unclear
from connectors.interface import LINK, CommentDelete, CommentWrite, FieldsWrite, LinkWrite, Outcome, Receipt, Write
from connectors.jira.dialect import Dialect
from connectors.jira.field import Field
from connectors.jira.link import global_id, moved_remote_link, new_remote_link, target_of
from connectors.jira.property import PROPERTY, Memory, Remembered, hashed, property_of, remembered
from connectors.jira.write.comment import body
from connectors.jira.write.fact import is_ambiguous, wire
from connectors.jira.write.screen import Place, Screens
from connectors.receipts import receipts

_MEANING = {404: Outcome.GONE, 409: Outcome.FAILED}
"""What a status says of a write; any other refuses it."""


class Writer:
    """Writes to a site; `fields` are those that it may write, by the name that the configuration gives them."""

    def __init__(self, dialect: Dialect, fields: Mapping[str, Field], memory: Memory, screens: Screens) -> None:
        self._dialect = dialect
        self._client = dialect.client
        self._fields = fields
        self._memory = memory
        self._screens = screens

    def receipts(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes, several at a time; see `connectors.receipts.receipts`."""
        return receipts(self._client.name, writes, self._applied, self._client.lanes)

    def left_out(self, writes: Sequence[FieldsWrite | LinkWrite]) -> Iterator[Mapping[str, str]]:
        """Yield for each write the fields that the issue's edit screen does not take, and why ("": it was said).

        Of a link, `LINK` where the project takes none.
        """
        return self._client.lanes.map(self._not_taken, writes)

    def delete(self, deletion: CommentDelete) -> None:
        """Delete a comment of ours; see `Connector.delete`."""
        try:
            self._client.delete("issue", deletion.id, "comment", deletion.comment)
        except Refused as error:
            if error.status != 404:
                raise

    def _not_taken(self, write: FieldsWrite | LinkWrite) -> dict[str, str]:
        if isinstance(write, LinkWrite):
            return {} if self._screens.links(_project(write)) else {LINK: ""}
        try:
            known = self._known(write.id)
        except Refused as error:
            if error.status not in {403, 404}:
                raise
            return {}  # the write itself will tell
        fields = {self._fields[name].id: self._fields[name] for name in write.fields}
        place = Place(_project(write), known.type, known.status)
        found = {fields[id_].name: "" for id_ in self._screens.missing(write.id, place, fields)}
        for name, value in write.fields.items():
            if name not in found and value is not None:
                reason = self._not_one(write, name, place)
                found |= {name: reason} if reason else {}
        return found

    def _not_one(self, write: FieldsWrite, name: str, place: Place) -> str:
        """Return why a field does not take its value, "" where it may."""
        field, value = self._fields[name], write.fields[name] or ""
        if name in write.not_ours and is_ambiguous(field, value):
            return f"{write.key} held several values in {field.name!r} ({value}), which only a person can put back"
        return self._screens.no_option(write.id, place, field, value)

    def _applied(self, write: Write) -> Receipt:
        try:
            match write:
                case FieldsWrite():
                    return self._fields_written(write)
                case CommentWrite():
                    return self._comment_posted(write)
                case LinkWrite():
                    return self._linked(write)
        except Unclear as error:
            return Receipt(write, Outcome.UNCLEAR, str(error))
        except Refused as error:
            if error.status is None or error.status < 400 or error.status == 401:
                raise
            return Receipt(write, _MEANING.get(error.status, Outcome.REFUSED), str(error))

    def _fields_written(self, write: FieldsWrite) -> Receipt:
        """Set those fields that the issue's screen has; where Jira names some that it does not take, the others.

        The receipt says which were stored. What is not on the screen was said once, for project and issue type, or for
        a status in which nothing is; what Jira refuses on this issue makes the receipt REFUSED.
        """
        known = self._known(write.id)
        ids = {self._fields[name].id: name for name in write.fields}
        screen = {id_: self._fields[name] for id_, name in ids.items()}
        place = Place(_project(write), known.type, known.status)
        missing = self._screens.missing(write.id, place, screen)
        refused: dict[str, str] = {}
        left = {id_: name for id_, name in ids.items() if id_ not in missing}
        if left:
            try:
                refused = self._put_or_named(write, left, known)
            except Refused as error:
                if error.status not in {400, 403} or not self._screens.shut(write.id, place):
                    raise
                return Receipt(write, Outcome.APPLIED, stored=frozenset())
            if refused.keys() == left.keys() and self._screens.shut(write.id, place):
                return Receipt(write, Outcome.APPLIED, stored=frozenset())
            left = {id_: name for id_, name in left.items() if id_ not in refused}
            if refused and left:
                self._put(write, left, known)
        stored = frozenset(left.values())
        if not refused:
            return Receipt(write, Outcome.APPLIED, stored=stored if missing else None)
        reasons = "; ".join(f"{ids[id_]!r}: {self._client.http.clean(text)}" for id_, text in refused.items())
        others = "; the other fields were written" if left else ""
        reason = f"Jira does not let us write {write.key}'s {reasons}{others}"
        return Receipt(write, Outcome.REFUSED, reason, stored)

    def _put_or_named(self, write: FieldsWrite, names: Mapping[str, str], known: Remembered) -> dict[str, str]:
        """Set fields, or return which of them Jira names as those that it does not take: then none was set."""
        try:
            self._put(write, names, known)
        except Refused as error:
            said = error.body.get("errors") if isinstance(error.body, dict) else None
            named = {id_: str(text) for id_, text in said.items() if id_ in names} if isinstance(said, dict) else {}
            if error.status != 400 or not named:
                raise
            return named
        return {}

    def _put(self, write: FieldsWrite, names: Mapping[str, str], known: Remembered) -> None:
        """Set fields and our property in one request, and remember what the property now says."""
        values = {id_: write.fields[name] for id_, name in names.items()}
        now = {id_: value for id_, value in known.written.items() if id_ not in values}
        now |= {
            id_: hashed(value)
            for id_, value in values.items()
            if value is not None and names[id_] not in write.not_ours
        }
        content = {
            "fields": {
                id_: wire(self._fields[name], values[id_], self._dialect, as_read=name in write.not_ours)
                for id_, name in names.items()
            },
            "properties": [property_of(now, write.judged_by)],
        }
        quiet = {"notifyUsers": "false"} if self._screens.silent(_project(write)) else {}
        self._client.put("issue", write.id, body=content, **quiet)
        self._memory.keep(write.id, known._replace(written=now))

    def _known(self, id_: str) -> Remembered:
        """Return an issue's type, status and our property; they are asked for where they were not read of late."""
        found = self._memory.of(id_)
        if found is None:
            found = remembered(self._client.get("issue", id_, fields="issuetype,status", properties=PROPERTY).body)
            self._memory.keep(id_, found)
        return found

    def _linked(self, write: LinkWrite) -> Receipt:
        """Make our link, or let the one that is there lead elsewhere; one that somebody took away stays away."""
        if self._screens.links(_project(write)):
            try:
                self._link(write)
            except Refused as error:
                if error.status != 403:
                    raise
                self._screens.no_links(_project(write), str(error))
            else:
                return Receipt(write, Outcome.APPLIED)
        return Receipt(write, Outcome.APPLIED, stored=frozenset())

    def _link(self, write: LinkWrite) -> None:
        path, ours = ("issue", write.id, "remotelink"), global_id(self._client.name, write.id)
        try:
            held = self._client.get(*path, globalId=ours).body
            if target_of(held).get("url") != write.url:
                self._client.put(*path, self._client.id_of(held, "id"), body=moved_remote_link(held, write.url))
        except Refused as error:
            if error.status != 404:
                raise
            if write.before is None:
                self._client.post(*path, body=new_remote_link(ours, write.url))
            else:
                self._client.get("issue", write.id, fields="issuetype")  # 404, too, where the issue is gone

    def _comment_posted(self, write: CommentWrite) -> Receipt:
        """Post a comment; one that was to be internal and that customers see is deleted again."""
        answer = self._client.post("issue", write.id, "comment", body=body(write, self._dialect.comment(write.body)))
        if not write.internal or answer.body.get("jsdPublic") is False:
            return Receipt(write, Outcome.APPLIED)
        comment = str(answer.body.get("id"))
        try:
            if not self._screens.portal(_project(write)) or self._dialect.hidden(write.id, comment):
                return Receipt(write, Outcome.APPLIED)
            self._client.delete("issue", write.id, "comment", comment)
        except (Refused, Unavailable, Halted) as error:
            raise Unclear(f"the comment was posted, but it is not known whether customers see it: {error}") from error
        reason = f"Jira showed customers an internal comment on {write.key}: it was deleted; is our account an agent?"
        return Receipt(write, Outcome.REFUSED, reason)


def _project(write: Write) -> str:
    return write.key.rpartition("-")[0]
