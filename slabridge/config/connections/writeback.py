"""What a connection writes on tickets: fields of our own, and comments."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, get_args

from pydantic import Field, PlainValidator

from connectors.tool import Inside, TomlTable, Tool
from sla_engine.agreement import Kind
from slabridge.config.agreements.agreement import KINDS, Promise
from slabridge.config.agreements.result import INSTANTS, TIMELINE, WORDS, ResultRef, read_result
from slabridge.config.connections.template import read_templates
from slabridge.config.problem import KeyPath, instead
from slabridge.config.reading import Reading
from slabridge.config.shape import RealTimeOrNone, one_of, own_words, shape
from slabridge.text.language import Shown

Visibility = Literal["internal", "public"]
POSTED = ("at_risk", "breached")
"""The statuses whose transitions are posted as comments: those that ask for somebody to act."""


@dataclass(frozen=True, slots=True)
class FieldMap:
    """A native field and the result that stands in it; `values` gives results their native options."""

    field: str
    value: ResultRef
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class CommentRule:
    """Post the transitions to these statuses, of agreements of these kinds; of those `above` also of tickets above.

    `templates` are texts of the administrator's own, by `status` or `status.kind`. `quiet` is how long, in ms, there is
    no other comment on a ticket after one, but for breaches; `only` the calendar in whose working time all are posted.
    """

    on: tuple[str, ...]
    kinds: tuple[Kind, ...]
    visibility: Visibility = "internal"
    above: tuple[Kind, ...] = ()
    language: Shown = "en"
    templates: tuple[tuple[str, str], ...] = ()
    quiet: int = 0
    only: str | None = None

    def template_of(self, status: str, kind: str) -> str | None:
        """Return the administrator's own text of a transition, the one for its kind before that for all; None: ours."""
        own = dict(self.templates)
        return own.get(f"{status}.{kind}", own.get(status))


@dataclass(frozen=True, slots=True)
class Writeback:
    """Everything that a connection writes.

    `table` is a table of ServiceNow for the fields, whose field `reference` refers to the ticket; "" is the ticket's.
    """

    fields: tuple[FieldMap, ...] = ()
    comments: CommentRule | None = None
    table: str = ""
    reference: str = ""

    @property
    def reads_chain(self) -> bool:
        """Whether it takes more to know than each ticket alone."""
        above = self.comments is not None and bool(self.comments.above)
        return above or any(item.value.reads_chain for item in self.fields)


class WritebackTable(TomlTable):
    """[connections.NAME.writeback]."""

    fields: Annotated[list[Any], Inside("[FieldTable]")] = Field(
        default=[], examples=['[{ field = "u_sla_due", value = "sla.due_at" }]']
    )
    """Results that stand in fields of slabridge's own. Default: `[]`."""
    comments: Annotated[Any, Inside("CommentsTable")] = None
    """Comments on transitions. Default: no comments."""
    table: str | None = Field(default=None, examples=['"u_sla_result"'], min_length=1)
    """ServiceNow only: a table of your own to which `fields` are written. Default: the ticket's own."""
    reference: str | None = Field(default=None, examples=['"u_task"'], min_length=1)
    """Its field that refers to the ticket; required with `table`."""


class FieldTable(TomlTable):
    """[[connections.NAME.writeback.fields]]."""

    field: str = Field(examples=['"u_sla_due"'], min_length=1)
    """The field there; not one that is read, and each once."""
    value: str = Field(examples=['"sla.due_at"'])
    """The result that stands in it, as `"sla.resolution.due_at"`; `"timeline"` is the address of the ticket's page."""
    values: dict[str, str] = Field(default={}, examples=['{ at_risk = "At risk" }'])
    """Results = options there. Default: as they are."""


def _posted(status: object) -> object:
    if status in WORDS["status"] and status not in POSTED:
        raise ValueError(f"is never posted; those that are: {', '.join(POSTED)}")
    if status not in POSTED:
        raise ValueError(f"is no status; {instead(status, POSTED)}")
    return status


class CommentsTable(TomlTable):
    """[connections.NAME.writeback.comments]."""

    on: list[Annotated[str, PlainValidator(_posted, json_schema_input_type=Literal[POSTED])]] = Field(
        examples=['["at_risk", "breached"]'], min_length=1
    )
    """`"at_risk"`, `"breached"` or both."""
    kinds: list[Annotated[Kind, one_of(*KINDS)]] = Field(examples=['["sla", "ola"]'], min_length=1)
    """Of which agreements: `"sla"`, `"ola"`, `"uc"`."""
    visibility: Annotated[Visibility, one_of("internal", "public")] = "internal"
    """`"internal"`: a work note in ServiceNow, an internal comment in a Jira service project. `"public"`: customers
    read it, and for OLA and UC agreements it is refused. Default: `"internal"`.
    """
    above: list[Annotated[Kind, one_of(*KINDS)]] = Field(default=[], examples=['["sla"]'])
    """Kinds of agreements whose transitions on tickets [above](chain.md#above-and-below) are posted here, too; only
    where `visibility` is `"internal"`.
    """
    language: Annotated[Shown, one_of(*get_args(Shown))] = "en"
    """The language of our texts: `"en"`, `"sv"`. Default: `"en"`."""
    template: Annotated[Any, Inside("text", "{text}")] = None
    """A [text of your own](#comments), for all transitions or a table of texts by transition (`breached`) or transition
    and kind (`"breached.ola"`). Default: ours.
    """
    quiet: Annotated[int, RealTimeOrNone] = Field(default=0, examples=['"30m"'])
    """How long no other comment follows one on a ticket, but for breaches: `"30m"`. Default: `"0s"`."""
    only: str | None = Field(default=None, examples=['"office"'])
    """A calendar outside whose working time comments wait, those on breaches too."""


def read_writeback(
    raw: object,
    path: KeyPath,
    promises: Iterable[Promise],
    connection: tuple[Mapping[str, str], Tool | None],
    reading: Reading,
) -> Writeback:
    """Return what is written, without what has problems; `connection` is the fields that it maps, and its tool."""
    read, tool = connection
    table = shape(WritebackTable, raw, path, reading)
    if table is None:
        return Writeback()
    fields: dict[str, FieldMap] = {}
    for n, item in enumerate(table.fields):
        place = (*path, "fields", n)
        found = _field(item, place, promises, reading)
        if found is None:
            continue
        shared = {} if table.table else read  # a table of our own has fields of its own
        owner = next((canonical for canonical, native in shared.items() if native == found.field), None)
        if found.field in fields:
            reading.problem(
                (*place, "field"), "is written by an entry before this one; give each a field of its own", found.field
            )
        elif owner is not None:
            reading.problem(
                (*place, "field"), f'is read as "{owner}"; results go to fields that nothing else uses', found.field
            )
        elif found.field == table.reference:
            reading.problem(
                (*place, "field"), "refers to the ticket (reference); results go to other fields", found.field
            )
        elif tool is not None and found.field in tool.comment_fields:
            reading.problem(
                (*place, "field"), "takes comments, no values; comments go under writeback.comments", found.field
            )
        fields[found.field] = found
    comments = None if table.comments is None else _comments(table.comments, (*path, "comments"), read, reading)
    if table.table and not table.reference:
        remedy = 'write reference = "u_task", the field that refers to the ticket'
        reading.problem((*path, "reference"), f"is missing beside table; {remedy}")
    if table.reference and not table.table:
        remedy = 'write table = "u_sla_result", the table that has this field'
        reading.problem((*path, "table"), f"is missing beside reference; {remedy}")
    return Writeback(tuple(fields.values()), comments, table.table or "", table.reference or "")


def _field(raw: object, path: KeyPath, promises: Iterable[Promise], reading: Reading) -> FieldMap | None:
    table = shape(FieldTable, raw, path, reading)
    if table is None:
        return None
    try:
        ref = read_result(table.value, promises)
    except ValueError as error:
        reading.problem((*path, "value"), own_words(error, table.value), table.value)
        return None
    words = WORDS.get(ref.result)
    for key in table.values:
        if words is not None and key not in words:
            reading.problem((*path, "values", key), f"{ref.result} is never that; {instead(key, words)}")
    if table.values and ref.result in INSTANTS:
        reading.problem((*path, "values"), f"{ref.result} is an instant and has no options; leave them out")
    if table.values and ref.result == TIMELINE:
        reading.problem((*path, "values"), "an address has no options; leave them out")
    return FieldMap(table.field, ref, table.values)


def _comments(raw: object, path: KeyPath, read: Mapping[str, str], reading: Reading) -> CommentRule | None:
    table = shape(CommentsTable, raw, path, reading)
    if table is None:
        return None
    inner = [kind for kind in (*table.kinds, *table.above) if kind != "sla"]
    if table.visibility == "public" and inner:
        reading.problem(
            (*path, "visibility"),
            f"customers read public comments, and {' and '.join(inner)} agreements are not theirs to see; "
            'write "internal", or kinds = ["sla"]',
            table.visibility,
        )
    if table.visibility == "public" and table.above:
        reading.problem(
            (*path, "above"), 'tickets above are of other customers, too; write visibility = "internal"', table.above
        )
    statuses = tuple(dict.fromkeys(table.on))
    return CommentRule(
        statuses,
        tuple(dict.fromkeys(table.kinds)),
        table.visibility,
        tuple(dict.fromkeys(table.above)),
        table.language,
        read_templates(table.template, (*path, "template"), statuses, read, reading),
        table.quiet,
        table.only,
    )
