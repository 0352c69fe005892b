// Where has one ticket been, where does it stand, and why?

import { fill, say } from "./tables.js";
import { clock, day, NONE, plain, short, span } from "./words.js";

const byId = (id) => document.getElementById(id);
const IS_ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const followed = { id: null, sign: null, tried: 0, text: false, asked: 0 };

const CAUSES = {
  first: "by its first decision",
  security_finding: "by a security finding",
  correction: "by a person's correction",
  facts_learned: "by facts learned later",
};
const WAY = [
  { title: "At", cell: (s) => ({ text: clock(s.at), title: day(s.at) }) },
  { title: "By", cell: (s) => s.by || s.stage },
  { title: "What", cell: (s) => (s.queue ? `${s.event === "withdrawn" ? "leaves" : "→"} ${s.queue}` : s.event.replaceAll("-", " ")) },
  { title: "After", number: true, cell: (s) => span(s.after) },
  { title: "Record", minor: true, cell: (s) => `${s.topic}:${s.partition}:${s.offset}` },
];

export function follow(id) {
  if (followed.id !== id) Object.assign(followed, { id, sign: null, text: false });
  byId("ticket").hidden = false;
  say(byId("ticket-title"), `Ticket ${short(id)}`);
  byId("ticket-title").title = id;
  byId("ticket-words").hidden = true;
  byId("ticket-title").focus({ preventScroll: true });
  byId("ticket").scrollIntoView({ block: "nearest" });
  return ask();
}

export function leave() {
  followed.id = null;
  byId("ticket").hidden = true;
}

// A record of the followed ticket that passes is a reason to ask again.
export function noticed(overview) {
  if (!followed.id) return;
  const own = overview.passing.filter((p) => p.ticket_id === followed.id);
  const sign = own.map((p) => `${p.topic}/${p.partition}/${p.offset}`).join();
  const waiting = Date.now() - followed.tried > 3000 && followed.unknown;
  if (sign !== followed.sign || waiting) {
    followed.sign = sign;
    ask();
  }
}

async function ask() {
  const { id, text } = followed;
  if (!IS_ID.test(id)) {
    clear();
    return say(byId("ticket-standing"), "No such ticket: a ticket id is a UUID.");
  }
  const turn = ++followed.asked;
  followed.tried = Date.now();
  let reply, told;
  try {
    reply = await fetch(`api/tickets/${encodeURIComponent(id)}${text ? "?text=true" : ""}`);
    told = await reply.json();
  } catch {
    reply = null;
  }
  if (turn !== followed.asked || id !== followed.id) return;
  followed.unknown = !reply || !reply.ok;
  if (!reply) say(byId("ticket-standing"), "Watch does not answer; it is asked again.");
  else if (!reply.ok) say(byId("ticket-standing"), `${told.title}: ${told.detail}.`);
  if (reply?.ok) show(told);
  else if (!byId("ticket-way").dataset.id || byId("ticket-way").dataset.id !== id) clear();
}

function clear() {
  byId("ticket-why").replaceChildren();
  fill(byId("ticket-way"), WAY, [], () => "", "No record yet.");
}

function show(told) {
  byId("ticket-way").dataset.id = told.ticket_id;
  say(byId("ticket-title"), `Ticket ${told.ticket_id}`);
  say(byId("ticket-standing"), standing(told));
  const began = told.stages.length ? new Date(told.stages[0].at) : null;
  const stages = told.stages.map((s) => ({ ...s, after: (new Date(s.at) - began) / 1000 }));
  const parked = told.parked.map((p) => ({ ...p, stage: p.reader, event: `parked: ${p.reason}`, after: null }));
  fill(byId("ticket-way"), WAY, [...stages, ...parked], (s) => `${s.topic}:${s.partition}:${s.offset}`, "No record yet.");
  why(told.explanation, told.trace_id);
  byId("ticket-text").hidden = !told.text_available || followed.text;
  words(told.explanation);
}

function standing(told) {
  if (told.queue) return `Stands in ${told.queue}${told.revision ? `, revision ${told.revision}` : ""}.`;
  if (told.parked.length && !told.stages.length) return "Parked in the dead letters.";
  return "On its way; in no queue yet.";
}

function why(e, trace) {
  const lines = [];
  if (e) {
    const f = e.findings[0];
    lines.push(["Queue", `${plain(e.queue)}, ${CAUSES[e.cause] || plain(e.cause)}${e.review_reason ? `: ${e.review_reason.replaceAll("_", " ")}` : ""}`]);
    if (e.security?.flag) lines.push(["Security", `${e.security.reasons.join(", ") || "flagged"}; found by ${e.security.found_by.join(", ") || "nobody named"}${e.security.over_rate ? "; over its source's rate" : ""}`]);
    if (f) {
      lines.push(["Scope", `${f.scope.replaceAll("_", " ")}${f.in_scope ? "" : ", not covered"} (${f.confidence.toFixed(2)}${e.decided ? "" : ", undecided"})`]);
      lines.push(["Product", [f.product_area, f.extension].filter(Boolean).join(": ")]);
      lines.push(["Clauses", [...new Set(e.findings.flatMap((each) => each.clauses))].join(", ") || NONE]);
      lines.push(["Evidence", `${f.evidence_count} place${f.evidence_count === 1 ? "" : "s"} in the text`]);
    }
    if (e.coverage) {
      const c = e.coverage;
      lines.push(["Coverage", `${c.status.replaceAll("_", " ")}${c.provisional ? ", provisional" : ""}: ${c.reasons.join(", ") || "no reason named"}`]);
      lines.push(["Customer", `identity ${c.identity}, site ${c.site.replaceAll("_", " ")}, as of ${day(c.as_of)}`]);
    }
    if (e.reply) lines.push(["Reply", e.reply]);
    if (e.policy) lines.push(["Policy", `${e.policy.version} (${e.policy.hash.slice(0, 12)})`]);
    if (e.model) lines.push(["Model", `${e.model.name} (${e.model.hash.slice(0, 12)})`]);
    if (e.canary) lines.push(["Canary", "a probe, nobody's ticket"]);
  }
  if (trace) lines.push(["Trace", trace]);
  const made = lines.flatMap(([name, said]) => {
    const term = document.createElement("dt");
    const text = document.createElement("dd");
    term.textContent = name;
    text.textContent = said;
    return [term, text];
  });
  byId("ticket-why").replaceChildren(...made);
}

function words(e) {
  const box = byId("ticket-words");
  box.hidden = !e?.text;
  if (!e?.text) return;
  const made = [["h4", e.text.subject], ["p", e.text.body]].map(([kind, text]) => {
    const element = document.createElement(kind);
    element.textContent = text;
    return element;
  });
  box.replaceChildren(...made);
}

byId("ticket-text").addEventListener("click", () => {
  followed.text = true;
  ask();
});
