// Runs at Atlassian: asks slabridge for the issue that somebody looks at. The token never comes to the browser.

import { fetch } from "@forge/api";
import Resolver from "@forge/resolver";

import { addresses, reason, rows } from "./cycles.mjs";

const resolver = new Resolver();

resolver.define("cycles", async ({ context }) => {
  const { SLABRIDGE_URL, SLABRIDGE_CONNECTION, SLABRIDGE_TOKEN } = process.env;
  if (!SLABRIDGE_URL || !SLABRIDGE_CONNECTION || !SLABRIDGE_TOKEN) {
    return { trouble: "set SLABRIDGE_URL, SLABRIDGE_CONNECTION and SLABRIDGE_TOKEN with `forge variables set`" };
  }
  const { api, page } = addresses(SLABRIDGE_URL, SLABRIDGE_CONNECTION, context.extension.issue);
  const headers = { Accept: "application/json", Authorization: `Bearer ${SLABRIDGE_TOKEN}` };
  const answer = await fetch(api, { headers });
  if (!answer.ok) return { trouble: reason(answer.status) };
  return { page, rows: rows(await answer.json()) };
});

export const handler = resolver.getDefinitions();
