"""A clock in words: when it starts, pauses and ends, and what happens then."""

from collections.abc import Iterator

from sla_engine.agreement import Objective, OnReopen, OnReset, OnRetarget, Rule, Threshold
from sla_engine.condition import Not
from sla_engine.duration import Duration
from slabridge.text.said import Said, said, word
from slabridge.text.spoken import amount
from slabridge.wording.condition import condition_said
from slabridge.wording.listed import OR, joined
from slabridge.wording.sentence import Sentence

_REOPENED: dict[OnReopen, str] = {
    "new_cycle": word("If the ticket comes back after that, a new clock starts from zero."),
    "resume": word("If the ticket comes back after that, the same clock goes on; the time in between does not count."),
    "first_only": word("Once it is done, no further clock starts on this ticket."),
}
_RESET: dict[OnReset, str] = {
    "complete": word("When %(condition)s, the clock is done, and the next one starts from zero at once."),
    "cancel": word("When %(condition)s, the clock is called off, and the next one starts from zero at once."),
}
_RETARGETED: dict[OnRetarget, str] = {
    "keep": word(
        "If another time comes to apply on the way, all that was used so far counts against it, by the hours that "
        "apply now."
    ),
    "carry": word(
        "If another time comes to apply on the way, all that was used so far counts against it, each part by the "
        "hours that applied then."
    ),
    "restart": word("If another time comes to apply on the way, the clock counts from that change on."),
    "freeze": word(
        "What the ticket holds when the clock starts decides whether the agreement is for it, and which time "
        "applies, whatever is changed on the way."
    ),
}
_DECIDING = word(
    "What the ticket holds last before the clock ends decides whether the agreement is for it, and which time applies."
)


def rule_said(objective: Objective, *, scoped: bool) -> Iterator[Sentence]:
    """Yield what an objective's rule says; `scoped`: its agreement is for some tickets alone."""
    rule = objective.rule
    start = condition_said(rule.start)
    if rule.stop == Not(rule.start):
        yield Sentence("start", said("The clock runs while %(condition)s.", condition=start))
        yield Sentence("stop", said("When that no longer holds, it is done."))
    else:
        yield Sentence("start", said("The clock starts when %(condition)s.", condition=start))
        if rule.stop is None:
            yield Sentence("stop", said("Nothing says that it is done."))
        else:
            yield Sentence("stop", said("It is done when %(condition)s.", condition=condition_said(rule.stop)))
    if rule.cancel is not None:
        text = said(
            "It is called off, and counts for nothing, when %(condition)s.", condition=condition_said(rule.cancel)
        )
        yield Sentence("cancel", text)
    yield Sentence("pause", _pause(objective))
    if rule.reset is not None:
        yield Sentence("reset", said(_RESET[rule.on_reset], condition=condition_said(rule.reset)))
    if rule.stop is not None:
        yield Sentence("reopen", said(_REOPENED[rule.on_reopen]))
    if rule.at_once:
        yield Sentence("at_once", said("A ticket that is done when it comes has kept the promise at once."))
    yield from _deciding(objective, scoped=scoped)
    if rule.at_risk:
        yield Sentence("at_risk", _at_risk(rule))


def _pause(objective: Objective) -> Said:
    pause = objective.rule.pause
    if pause is None:
        return said("Nothing pauses it.")
    condition = condition_said(pause)
    fixed = [not isinstance(target.limit, Duration) for target in objective.targets]
    if all(fixed):
        return said("No waiting moves the deadline, not even while %(condition)s.", condition=condition)
    if any(fixed):
        return said(
            "Time does not count while %(condition)s; a deadline is not moved by it.",
            condition=condition,
        )
    return said("Time does not count while %(condition)s.", condition=condition)


def _deciding(objective: Objective, *, scoped: bool) -> Iterator[Sentence]:
    """Yield what decides over target, calendar and scope, and what happens where that changes."""
    targets, policy = objective.targets, objective.rule.on_retarget
    choice = len(targets) > 1 or targets[0].when is not None or targets[0].calendar.field is not None
    if (choice or scoped) and policy != "freeze":
        yield Sentence("retarget", said(_DECIDING))
    if choice or (scoped and policy == "freeze"):
        yield Sentence("retarget", said(_RETARGETED[policy]))


def _at_risk(rule: Rule) -> Said:
    texts = [_threshold(threshold) for threshold in rule.at_risk]
    if len(texts) == 1:
        return said("It is at risk when %(threshold)s.", threshold=texts[0])
    return said("It is at risk when %(thresholds)s, whichever comes first.", thresholds=joined(texts, OR))


def _threshold(threshold: Threshold) -> Said:
    if threshold.left is not None:
        return said("%(time)s or less is left", time=duration_said(threshold.left))
    return said("%(share)s %% of the time is used", share=threshold.share or 0)


def duration_said(duration: Duration) -> Said:
    """Return a duration as it was agreed, working days as such."""
    days, rest = duration.working_days, duration.ms
    if not days:
        return said("%(time)s", time=amount(rest))
    text = said("1 working day") if days == 1 else said("%(number)s working days", number=days)
    return text if not rest else said("%(days)s and %(time)s", days=text, time=amount(rest))
