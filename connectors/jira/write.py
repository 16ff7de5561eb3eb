"""Writing: fields by one PUT an issue, comments by one POST each, with a receipt for every one.

https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-put
"""

from collections.abc import Iterator, Mapping, Sequence

from connectors.errors import Refused, Unavailable, Unclear
from connectors.interface import CommentWrite, FieldsWrite, Outcome, Receipt, Write
from connectors.jira.comment import body
from connectors.jira.fact import wire
from connectors.jira.field import Field
from connectors.jira.issue import PORTAL
from connectors.jira.site import Site

ADMINS = ("ADMINISTER", "ADMINISTER_PROJECTS")
"""Who may write without a mail to the watchers."""
UNCLEAR_LIMIT = 3
"""After so many writes in a row without a clear answer the site is taken to be down."""


class Writer:
    """Writes to a site; `fields` are those that it may write, by the name that the configuration gives them."""

    def __init__(self, site: Site, fields: Mapping[str, Field]) -> None:
        self._site = site
        self._fields = fields
        self._silent: dict[str, bool] = {}
        self._portal: dict[str, bool] = {}

    def receipts(self, writes: Sequence[Write]) -> Iterator[Receipt]:
        """Apply writes in order. What has no receipt when an error is raised was not sent.

        Raises:
            Unavailable: the site is not there, limits our rate, or gave several writes in a row no clear answer.
            Refused: the credentials are no longer accepted.
        """
        unclear = 0
        for write in writes:
            try:
                receipt = self._applied(write)
            except (Refused, Unavailable) as error:
                yield Receipt(write, Outcome.FAILED, str(error))
                raise
            yield receipt
            unclear = unclear + 1 if receipt.outcome is Outcome.UNCLEAR else 0
            if unclear == UNCLEAR_LIMIT:
                last = receipt.reason
                raise Unavailable(f"{self._site.name}: {unclear} writes in a row got no clear answer; the last: {last}")

    def _applied(self, write: Write) -> Receipt:
        try:
            return self._fields_written(write) if isinstance(write, FieldsWrite) else self._comment_written(write)
        except Unclear as error:
            return Receipt(write, Outcome.UNCLEAR, str(error))
        except Refused as error:
            if error.status is None or error.status < 400 or error.status == 401:
                raise
            outcome = Outcome.FAILED if error.status == 409 else Outcome.REFUSED
            return Receipt(write, outcome, str(error))

    def _fields_written(self, write: FieldsWrite) -> Receipt:
        """Set fields; where Jira names some that it does not take, the others are set without them.

        One field that is not on the edit screen makes Jira refuse the whole request. The receipt is then REFUSED
        and names those fields, also where the others were written.
        """
        wanted = {self._fields[name].id: wire(self._fields[name], text) for name, text in write.fields.items()}
        names = {self._fields[name].id: name for name in write.fields}
        try:
            self._put(write, wanted)
        except Refused as error:
            said = error.body.get("errors") if isinstance(error.body, dict) else None
            refused = {id_: str(text) for id_, text in said.items() if id_ in wanted} if isinstance(said, dict) else {}
            rest = {id_: value for id_, value in wanted.items() if id_ not in refused}
            if error.status != 400 or not refused:
                raise
            if rest:
                self._put(write, rest)
            reasons = "; ".join(f"{names[id_]!r}: {self._site.http.clean(text)}" for id_, text in refused.items())
            others = "; the other fields were written" if rest else ""
            return Receipt(write, Outcome.REFUSED, f"Jira does not let us write {write.key}'s {reasons}{others}")
        return Receipt(write, Outcome.APPLIED)

    def _put(self, write: FieldsWrite, fields: Mapping[str, object]) -> None:
        quiet = {"notifyUsers": "false"} if self._may_be_silent(_project(write)) else {}
        self._site.put("issue", write.id, body={"fields": dict(fields)}, **quiet)

    def _comment_written(self, write: CommentWrite) -> Receipt:
        """Add a comment; one that was to be internal and that customers see is taken back."""
        answer = self._site.post("issue", write.id, "comment", body=body(write))
        if not write.internal or answer.body.get("jsdPublic") is False:
            return Receipt(write, Outcome.APPLIED)
        try:
            path = ("issue", write.id, "comment", str(answer.body.get("id")))
            if not self._has_portal(_project(write)) or self._site.get(*path).body.get("jsdPublic") is False:
                return Receipt(write, Outcome.APPLIED)
            self._site.delete(*path)
        except (Refused, Unavailable) as error:
            raise Unclear(f"the comment was written, but it is not known whether customers see it: {error}") from error
        reason = f"Jira showed customers an internal comment on {write.key}: it was deleted; is our account an agent?"
        return Receipt(write, Outcome.REFUSED, reason)

    def _may_be_silent(self, project: str) -> bool:
        """Return whether `notifyUsers=false` is ours to ask; without the permission Jira ignores the request."""
        if project not in self._silent:
            self._silent[project] = self._site.may(project, *ADMINS)
        return self._silent[project]

    def _has_portal(self, project: str) -> bool:
        if project not in self._portal:
            self._portal[project] = self._site.get("project", project).body.get("projectTypeKey") == PORTAL
        return self._portal[project]


def _project(write: Write) -> str:
    return write.key.rpartition("-")[0]
