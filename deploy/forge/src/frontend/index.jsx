// The panel on the issue. Without JSX, so that it can be checked where Atlassian's tools are not.

import { invoke } from "@forge/bridge";
import ForgeReconciler, { DynamicTable, Link, Lozenge, SectionMessage, Spinner, Text, useProductContext } from "@forge/react";
import React, { createElement as h, useEffect, useState } from "react";

import { shown } from "../cycles.mjs";

const HEAD = { cells: ["Clock", "Status", "Due", "Holder"].map((content) => ({ key: content, content })) };

function Panel() {
  const context = useProductContext();
  const [found, setFound] = useState(null);
  useEffect(() => {
    invoke("cycles").then(setFound, (error) => setFound({ trouble: `slabridge was not reached: ${error.message}` }));
  }, []);
  if (found === null || !context) return h(Spinner, { label: "Asking slabridge" });
  if (found.trouble) return h(SectionMessage, { appearance: "warning" }, h(Text, null, found.trouble));
  const link = h(Link, { href: found.page, openNewTab: true }, "Where the time went");
  if (found.rows.length === 0) return h(React.Fragment, null, h(Text, null, "No agreement is about this issue."), link);
  return h(React.Fragment, null, h(DynamicTable, { head: HEAD, rows: found.rows.map((row) => shownRow(row, context)) }), link);
}

function shownRow(row, context) {
  const at = shown(row.at, context.locale, context.timezone);
  const cells = [row.name, h(Lozenge, { appearance: row.appearance }, row.label), row.ended ? `ended ${at}` : at, row.holder];
  return { key: row.key, cells: cells.map((content, n) => ({ key: `${row.key}-${n}`, content })) };
}

ForgeReconciler.render(h(React.StrictMode, null, h(Panel)));
