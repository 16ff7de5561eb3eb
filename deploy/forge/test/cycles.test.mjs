import assert from "node:assert/strict";
import { test } from "node:test";

import { addresses, reason, rows, shown } from "../src/cycles.mjs";

const CYCLE = {
  agreement: "standard",
  objective: "resolution",
  cycle: 1,
  stage: "running",
  status: "on_track",
  breached: false,
  excluded: false,
  stopped_at: null,
  due_at: "2026-03-02T11:00:00Z",
  holder: "Network",
};
const ended = { ...CYCLE, stage: "completed", status: "met", stopped_at: "2026-03-01T10:00:00Z" };

test("an issue is asked for by its id, with nothing in it that leads elsewhere", () => {
  assert.deepEqual(addresses("https://sla.acme.com/a/", "jira/../x", { id: "10001?y", key: "ITSM-1" }), {
    api: "https://sla.acme.com/a/api/v1/tickets/jira%2F..%2Fx/10001%3Fy",
    page: "https://sla.acme.com/a/tickets/jira%2F..%2Fx/10001%3Fy",
  });
});

test("what is open and breached stands first, and what has ended last", () => {
  const breached = { ...CYCLE, agreement: "late", status: "breached", breached: true, due_at: "2026-03-02T12:00:00Z" };
  const paused = { ...CYCLE, agreement: "paused", status: "paused", due_at: null };
  const before = { ...ended, agreement: "before", stopped_at: "2026-02-01T10:00:00Z" };
  const found = rows({ results: [before, paused, ended, CYCLE, breached] });
  assert.deepEqual(
    found.map((row) => [row.name, row.label]),
    [
      ["late · resolution", "Breached"],
      ["standard · resolution", "On track"],
      ["paused · resolution", "Paused"],
      ["standard · resolution", "Met"],
      ["before · resolution", "Met"],
    ],
  );
  assert.deepEqual([found[3].ended, found[3].at], [true, "2026-03-01T10:00:00Z"]);
});

test("excluded and cancelled cycles are not shown, and a status of a later version is shown as it is", () => {
  const hidden = [{ ...CYCLE, excluded: true }, { ...CYCLE, stage: "cancelled", status: "cancelled" }];
  const found = rows({ results: [...hidden, { ...CYCLE, status: "new_word" }] });
  assert.deepEqual(found.map((row) => [row.label, row.appearance]), [["new_word", "default"]]);
});

test("why there is nothing to show is said, whatever the answer", () => {
  assert.match(reason(401), /SLABRIDGE_TOKEN/);
  assert.match(reason(404), /does not know this issue/);
  assert.match(reason(503), /answers 503/);
});

test("an instant is shown in the language and time zone of who looks", () => {
  assert.equal(shown("2026-03-02T11:00:00Z", "sv_SE", "Europe/Stockholm"), "2 mars 2026 12:00");
  assert.equal(shown(null, "en_US", "UTC"), "");
});
