"""Making the fields that results go to, and taking them back (docs/provision.md)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import connectors
from connectors.errors import ConnectorError, Refused
from connectors.interface import Plan, Provisioner, Thing, Where
from slabridge.app.administrator import signed_in_as
from slabridge.app.wanted import wanted_of
from slabridge.config import Config, ConfigError, Connection
from slabridge.exit import Exit
from slabridge.state import ConnectionState, State, lease, provisioned


@dataclass(frozen=True, slots=True)
class Task:
    """What is asked for on one connection; `account` is somebody else's (None: that of the configuration).

    `output` is where a file goes, if the tool takes what is made as one.
    """

    connection: Connection
    output: Path
    account: str | None = None
    projects: tuple[str, ...] = ()
    screens: tuple[str, ...] = ()

    @property
    def where(self) -> Where:
        """Where the fields are wanted."""
        return Where(self.projects, self.screens)


@dataclass(slots=True)
class Outcome:
    """What was planned and what was done: `done` are things that were made, or are gone.

    `unwritable` says what the account of the configuration cannot write all the same, `problems` why nothing was done,
    `trouble` what ended it. `file` is the one that was written.
    """

    plan: Plan = field(default_factory=Plan)
    done: list[Thing] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    unwritable: list[str] = field(default_factory=list)
    trouble: str = ""
    file: Path | None = None
    exit_code: Exit = Exit.COMPLETE

    @property
    def ids(self) -> Mapping[str, str]:
        """The ids of the fields that the file has by name, which belong there."""
        made = {one.field: one.id for one in self.done if one.kind == "field" and one.id != one.field}
        return dict(self.plan.ids) | made

    def as_json(self) -> dict[str, Any]:
        """Return all of it as plain values."""
        return {
            "things": [_plain(one) for one in self.plan.things],
            "done": [_plain(one) for one in self.done],
            "there": [_plain(one) for one in self.plan.held],
            "left": list(self.plan.left),
            "ids": dict(self.ids),
            "by_hand": list(self.plan.by_hand),
            "unwritable": self.unwritable,
            "problems": self.problems,
            "trouble": self.trouble,
            "file": None if self.file is None else str(self.file),
            "exit_code": int(self.exit_code),
        }


def look(task: Task) -> Outcome:
    """Return what would be made; nothing is changed.

    Raises:
        ConfigError: a secret cannot be had.
    """
    with _trying(Outcome()) as outcome, _opened(task) as tool:
        _take(outcome, tool.plan(wanted_of(task.connection), task.where))
    return outcome


def apply(config: Config, task: Task) -> Outcome:
    """Make what is missing, note all that is ours, and ask whether our account can write it.

    Raises:
        ConfigError: a secret cannot be had.
        StateError, Busy: the state cannot be used, or a run uses it.
    """
    with _state(config, task) as own, _trying(Outcome()) as outcome, _opened(task) as tool:
        _take(outcome, tool.plan(wanted_of(task.connection), task.where))
        if outcome.problems or (outcome.plan.file is not None and not _written(outcome, task)):
            return outcome
        _keep(own, *outcome.plan.held)
        for thing in tool.make(outcome.plan):
            _keep(own, thing)
            outcome.done.append(thing)
        if outcome.file is None:
            _prove(outcome, task)
    return outcome


def look_back(config: Config, task: Task) -> Outcome:
    """Return what would be taken back; nothing is changed.

    Raises:
        ConfigError: a secret cannot be had.
        StateError, Busy: the state cannot be read.
    """
    state = State.of(config.state, create=False, migrate=False)
    try:
        with _trying(Outcome()) as outcome, _opened(task) as tool:
            with ConnectionState(state, task.connection.name).begin() as transaction:
                made = provisioned.listed(transaction)
            outcome.plan = tool.undoing(made)
    finally:
        state.close()
    return outcome


def undo(config: Config, task: Task) -> Outcome:
    """Take back what was made.

    Raises:
        ConfigError: a secret cannot be had.
        StateError, Busy: the state cannot be used, or a run uses it.
    """
    with _state(config, task) as own, _trying(Outcome()) as outcome, _opened(task) as tool:
        with own.begin() as transaction:
            made = provisioned.listed(transaction)
        outcome.plan = tool.undoing(made)
        _forget(own, *outcome.plan.held)
        if outcome.plan.file is not None and not _written(outcome, task):
            return outcome
        for thing in tool.undo(outcome.plan):
            _forget(own, thing)
            outcome.done.append(thing)
    return outcome


@contextmanager
def _opened(task: Task) -> Iterator[Provisioner]:
    connection = task.connection if task.account is None else signed_in_as(task.connection, task.account)
    tool = connectors.provisioner(connection.settings())
    try:
        yield tool
    except Refused as error:
        if task.account is None or error.status != 401:
            raise
        name = task.connection.name
        raise Refused(
            f"{name}: credentials are wrong (401); check the account, password or token that `--as` names",
            status=401,
        ) from error
    finally:
        tool.close()


@contextmanager
def _trying(outcome: Outcome) -> Iterator[Outcome]:
    """Let a tool's trouble end what is done, and be part of what came of it: what was made by then is made."""
    try:
        yield outcome
    except ConnectorError as error:
        outcome.exit_code = Exit.PARTIAL if isinstance(error, Refused) else Exit.DEFERRED
        again = "; run it again: what was made by now is found" if outcome.exit_code is Exit.DEFERRED else ""
        outcome.trouble = f"{error}{again}"


@contextmanager
def _state(config: Config, task: Task) -> Iterator[ConnectionState]:
    """Give the state under its lease: two that make fields at once would make two of each."""
    state = State.of(config.state)
    try:
        with lease.held(state):
            yield ConnectionState(state, task.connection.name)
    finally:
        state.close()


def _take(outcome: Outcome, plan: Plan) -> None:
    outcome.plan = plan
    outcome.problems += plan.problems
    if plan.problems:
        outcome.exit_code = Exit.USAGE


def _written(outcome: Outcome, task: Task) -> bool:
    """Write the plan's file; one that is there is never overwritten, but may be the same."""
    content = outcome.plan.file or b""
    try:
        if not task.output.exists() or task.output.read_bytes() != content:
            with task.output.open("xb") as file:
                file.write(content)
    except FileExistsError:
        problem = f"{task.output} is there already and holds something else; name another file (--output), or move it"
    except OSError as error:
        problem = f"{task.output} cannot be written: {error.strerror}; name another file (--output)"
    else:
        outcome.file = task.output
        return True
    outcome.problems.append(problem)
    outcome.exit_code = Exit.USAGE
    return False


def _prove(outcome: Outcome, task: Task) -> None:
    """Ask as the account of the configuration, which is to write, whether it can."""
    there = [*outcome.plan.held, *outcome.done]
    if not there:
        return
    try:
        with _opened(Task(task.connection, task.output)) as tool:
            outcome.unwritable += tool.unwritable(there, task.where)
    except ConfigError as error:
        outcome.unwritable.append(f"whether the account of the configuration can write was not asked: {error}")
    if outcome.unwritable:
        outcome.exit_code = Exit.PARTIAL


def _keep(own: ConnectionState, *things: Thing) -> None:
    with own.begin() as transaction:
        provisioned.keep(transaction, things)
        lease.renew(transaction.sql)


def _forget(own: ConnectionState, *things: Thing) -> None:
    with own.begin() as transaction:
        provisioned.forget(transaction, things)
        lease.renew(transaction.sql)


def _plain(thing: Thing) -> dict[str, str]:
    return {"kind": thing.kind, "field": thing.field, "text": thing.text, "id": thing.id}
