// What the panel shows, from what slabridge answers. Pure: test/cycles.test.mjs runs it without a Jira.

const LOZENGES = {
  on_track: { label: "On track", appearance: "success" },
  at_risk: { label: "At risk", appearance: "moved" },
  breached: { label: "Breached", appearance: "removed" },
  paused: { label: "Paused", appearance: "default" },
  met: { label: "Met", appearance: "success" },
  cancelled: { label: "Cancelled", appearance: "default" },
};
const REASONS = {
  401: "slabridge does not take the token: set SLABRIDGE_TOKEN anew",
  403: "slabridge does not show this issue",
  404: "slabridge does not know this issue: is it in the filter of its connection?",
};

/** Where slabridge answers for an issue, and where people find its page. */
export function addresses(url, connection, issue) {
  const base = url.replace(/\/+$/, "");
  const path = `tickets/${encodeURIComponent(connection)}/${encodeURIComponent(issue.id)}`;
  return { api: `${base}/api/v1/${path}`, page: `${base}/${path}` };
}

/** Why there is nothing to show, by the status of the answer. */
export function reason(status) {
  return REASONS[status] ?? `slabridge answers ${status}: try again later`;
}

/** One row for each cycle: open ones first, of these the breached, then by due time; then ended ones, the last first. */
export function rows(answer) {
  return answer.results
    .filter((result) => !result.excluded && result.stage !== "cancelled")
    .toSorted(inOrder)
    .map((result) => ({
      key: `${result.agreement}.${result.objective}#${result.cycle}`,
      name: `${result.agreement} · ${result.objective}`,
      ...(LOZENGES[result.status] ?? { label: result.status, appearance: "default" }),
      at: result.stopped_at ?? result.due_at,
      ended: result.stopped_at !== null,
      holder: result.holder ?? "",
    }));
}

function inOrder(one, other) {
  const ended = (result) => (result.stopped_at === null ? 0 : 1);
  if (ended(one) !== ended(other)) return ended(one) - ended(other);
  if (ended(one)) return compared(other.stopped_at, one.stopped_at);
  if (one.breached !== other.breached) return one.breached ? -1 : 1;
  return compared(one.due_at ?? "~", other.due_at ?? "~"); // a paused cycle has no due time, and comes last
}

function compared(one, other) {
  return one < other ? -1 : one > other ? 1 : 0;
}

/** An instant as the one who looks writes it. */
export function shown(instant, locale, timeZone) {
  if (instant === null) return "";
  const format = { dateStyle: "medium", timeStyle: "short", timeZone };
  return new Intl.DateTimeFormat(locale.replace("_", "-"), format).format(new Date(instant));
}
