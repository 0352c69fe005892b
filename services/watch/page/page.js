// What do the streams look like now? Listens to the figures, lays them out, says when they are old.

import { bar, fill, graphed, say, setFilter } from "./tables.js";
import { follow, leave, noticed } from "./ticket.js";
import { askReplay } from "./replay.js";
import { clock, count, day, NONE, plain, rate, short, span } from "./words.js";

const OLD_MS = 4000;
const byId = (id) => document.getElementById(id);
const heard = { at: 0, overview: null, source: null, waiting: null };

// ---- columns

const ARROWS = { rising: "↗", falling: "↘", steady: "→" };
const link = (id) => (id ? { text: short(id), href: `#ticket/${id}`, title: id } : NONE);
const toned = (text, tone) => ({ text, tone });
const waitTone = (seconds) => (seconds > 60 ? "bad" : seconds > 10 ? "warn" : "");
const trended = (seconds, trend) => ({
  text: trend && seconds ? `${span(seconds)} ${ARROWS[trend]}` : span(seconds),
  title: trend ? `lag in seconds is ${trend}` : "",
  tone: trend === "rising" || seconds > 10 ? waitTone(seconds) || (trend === "rising" ? "warn" : "") : "",
});

const REPORTS = [
  { title: "Report", cell: (r) => link(r.ticket_id || r.message_id) },
  { title: "Waits", number: true, cell: (r) => span(r.waiting_seconds) },
  { title: "Since", cell: (r) => day(r.at), minor: true },
  { title: "Found by", cell: (r) => r.found_by.join(", ") || "unreadable" },
  { title: "Called", cell: (r) => (r.escalated ? toned(`${r.escalated} ×`, "bad") : NONE) },
];
const QUEUES = [
  { title: "Queue", cell: (q) => q.queue },
  { title: "Waiting", number: true, cell: (q) => count(q.waiting) },
  { title: "Taken", number: true, cell: (q) => count(q.taken) },
  { title: "Oldest", number: true, cell: (q) => span(q.oldest_seconds) },
  { title: "A minute", number: true, cell: (q) => graphed(count(q.arrivals_per_minute), q.recent) },
  { title: "p50", number: true, minor: true, cell: (q) => span(q.p50_seconds) },
  { title: "p95", number: true, minor: true, cell: (q) => span(q.p95_seconds) },
];
const STAGES = [
  { title: "Stage", cell: (s) => s.stage.replace("router-fast-lane", "fast lane").replace("classifier-security", "second look") },
  { title: "In a second", number: true, minor: true, cell: (s) => rate(s.in_per_second) },
  { title: "Out a second", number: true, cell: (s) => graphed(rate(s.out_per_second), s.recent) },
  { title: "Behind", number: true, cell: (s) => count(s.lag_records) },
  { title: "Oldest waits", number: true, cell: (s) => trended(s.lag_seconds, s.lag_trend) },
  { title: "p50", number: true, minor: true, cell: (s) => span(s.p50_seconds) },
  { title: "p95", number: true, minor: true, cell: (s) => span(s.p95_seconds) },
  { title: "Errors", number: true, cell: (s) => toned(count(s.errors_per_minute), s.errors_per_minute ? "bad" : "") },
];
const PASSING = [
  { title: "Ticket", cell: (p) => link(p.ticket_id) },
  { title: "At", cell: (p) => clock(p.at) },
  { title: "What", cell: (p) => ({ text: what(p), tone: p.event === "parked" ? "bad" : p.queue === "security" ? "warn" : "" }) },
];
const SCOPES = [
  { title: "Scope", cell: (s) => s.scope },
  { title: "Share", cell: (s) => ({ text: s.share, nodes: () => [bar(s.share)], sign: s.share.toFixed(3) }) },
  { title: "Tickets", number: true, cell: (s) => count(s.tickets) },
];
const GROUPS = [
  { title: "Group", cell: (g) => ({ text: g.reader, title: g.group }) },
  { title: "Reads", minor: true, cell: (g) => g.topic },
  { title: "Records", number: true, cell: (g) => count(g.records) },
  { title: "Behind", number: true, cell: (g) => trended(g.seconds, g.trend) },
  { title: "Members", number: true, minor: true, cell: (g) => plain(g.members) },
  { title: "Partitions", minor: true, cell: partitions },
];
const deadColumns = (offered) => [
  { title: "Parked by", cell: (d) => d.reader },
  { title: "Reason", cell: (d) => d.reason },
  { title: "Lying", number: true, cell: (d) => toned(count(d.count - d.dealt_with), d.count > d.dealt_with ? "warn" : "") },
  { title: "Dealt with", number: true, minor: true, cell: (d) => count(d.dealt_with) },
  { title: "Newest", minor: true, cell: (d) => day(d.newest) },
  ...(offered ? [{ title: "", cell: (d) => replayCell(d) }] : []),
];

function what(p) {
  const canary = p.canary ? "canary " : "";
  if (p.event === "parked") return `${canary}parked: ${p.reason}`;
  if (p.queue) return `${canary}${p.event === "withdrawn" ? "leaves" : "→"} ${p.queue}${p.reason ? ` (${p.reason})` : ""}`;
  if (p.by) return `${p.event} by ${p.by}`;
  return `${canary}${p.event.replaceAll("-", " ")}${p.scope ? `: ${p.scope.replaceAll("_", " ")}` : ""}`;
}

function partitions(g) {
  const text = g.partitions.map((p) => `${p.partition}: ${p.records}`).join(", ");
  return {
    text,
    sign: text + g.partitions.map((p) => p.reader).join(),
    nodes: () => g.partitions.map((p) => {
      const made = document.createElement("span");
      made.className = p.records ? "chip behind" : "chip";
      made.textContent = String(p.records);
      made.title = `partition ${p.partition}: ${p.records} behind, end ${p.end}, committed ${plain(p.committed)}${p.reader ? `, read by ${p.reader}` : ""}`;
      return made;
    }),
  };
}

function replayCell(d) {
  if (d.count === d.dealt_with) return NONE;
  return {
    text: "replay",
    sign: `${d.topic} ${d.reason}`,
    nodes: () => {
      const button = document.createElement("button");
      button.textContent = "Replay…";
      button.setAttribute("aria-label", `Replay ${d.reason} of ${d.reader}`);
      button.addEventListener("click", () => askReplay(d));
      return [button];
    },
  };
}

// ---- laying out

function show(o) {
  lane(o);
  fill(byId("reports"), REPORTS, o.security.reports, (r) => r.message_id, "No report waits.");
  const more = o.security.waiting - o.security.reports.length;
  say(byId("more-reports"), more > 0 ? `and ${count(more)} more` : "");
  fill(byId("queues"), QUEUES, o.queues, (q) => q.queue, "");
  fill(byId("stages"), STAGES, o.stages, (s) => s.stage, "");
  fill(byId("dead"), deadColumns(o.replay_offered), o.dead_letters, (d) => `${d.topic} ${d.reader} ${d.reason}`, "None.");
  fill(byId("passing"), PASSING, o.passing, (p) => `${p.topic}/${p.partition}/${p.offset} ${p.ticket_id}`, "Nothing has passed yet.");
  const mix = o.classifier;
  const scopes = Object.entries(mix.scopes).map(([scope, tickets]) => ({ scope: scope.replaceAll("_", " "), tickets, share: tickets / mix.tickets }));
  fill(byId("scopes"), SCOPES, scopes, (s) => s.scope, "No ticket was classified yet.");
  say(byId("abstained"), mix.tickets ? `Undecided: ${count(mix.undecided)} of the last ${count(mix.tickets)} (${Math.round(100 * mix.undecided_share)} %), left to people.` : "");
  fill(byId("groups"), GROUPS, o.groups, (g) => `${g.group} ${g.topic}`, "Not measured yet.");
  say(byId("measured"), o.lag_at ? `Measured ${span((new Date(o.at) - new Date(o.lag_at)) / 1000)} ago.` : "");
  say(byId("told"), `${count(o.records_read)} records read${o.complete ? "" : "; older records were passed over"}.`);
  noticed(o);
}

function lane(o) {
  const s = o.security;
  say(byId("lane-waiting"), count(s.waiting));
  say(byId("lane-longest"), span(s.longest_seconds));
  say(byId("lane-p50"), span(s.p50_seconds));
  say(byId("lane-p95"), span(s.p95_seconds));
  say(byId("lane-worst"), span(s.worst_seconds));
  say(byId("lane-canary"), canary(o.canary));
  byId("lane-canary").dataset.tone = { absent: "bad", arriving: "good" }[o.canary.state] || "";
  byId("security").dataset.tone = o.canary.state === "absent" || s.reports.some((r) => r.escalated) ? "bad" : s.waiting ? "warn" : "good";
  if (heard.waiting !== s.waiting) {
    heard.waiting = s.waiting;
    say(byId("announce"), s.waiting === 1 ? "1 security report waits" : `${s.waiting || "No"} security reports wait`);
  }
}

function canary(c) {
  if (c.state === "off") return "off";
  if (c.state === "awaited") return "awaited";
  const last = c.last ? `${span(c.last_seconds)} ago` : "never";
  return c.state === "absent" ? `absent, last ${last}` : last;
}

// ---- old or fresh

function freshness() {
  const o = heard.overview;
  const silent = Date.now() - heard.at > OLD_MS;
  const old = silent || !o || o.stale;
  let why = "";
  if (!o) why = silent && heard.at ? "Watch does not answer." : "";
  else if (silent) why = `Watch does not answer. These figures are of ${clock(o.at)} and stand still.`;
  else if (o.state === "Kafka is away") why = `Kafka is away. ${o.as_of ? `These figures are of ${clock(o.as_of)}` : "Nothing was read yet"}; they go on by themselves when it is back.`;
  else if (o.stale) why = `Still reading what stands on the topics (${o.state}); the figures are not whole yet.`;
  byId("stale").hidden = !why;
  say(byId("stale"), why);
  document.body.classList.toggle("old", Boolean(why));
  // A tab in the background tells it too.
  const waiting = o?.security.waiting;
  document.title = why ? "Stale: Triage" : waiting ? `(${waiting}) Triage` : "Triage";
  if (!old) say(byId("state"), "Live");
  else say(byId("state"), o ? "Stale" : "Connecting…");
  byId("state").dataset.tone = old ? "bad" : "good";
  byId("state").title = o ? `as of ${clock(o.at)}` : "";
}

function listen() {
  heard.source?.close();
  const source = new EventSource("api/events");
  heard.source = source;
  source.addEventListener("overview", (event) => {
    heard.overview = JSON.parse(event.data);
    heard.at = Date.now();
    show(heard.overview);
    freshness();
  });
}

function keepListening() {
  // An EventSource gives up for good on some errors, and a sleeping laptop's can hang half open.
  const closed = heard.source.readyState === EventSource.CLOSED;
  if (closed || Date.now() - Math.max(heard.at, heard.opened) > 3 * OLD_MS) {
    heard.opened = Date.now();
    listen();
  }
}

// ---- keys and addresses

function route() {
  const [kind, ...rest] = decodeURIComponent(location.hash.slice(1)).split("/");
  const name = rest.join("/").trim();
  if (kind === "ticket" && name) follow(name);
  else leave();
  if (kind === "filter") {
    byId("filter").value = name;
    setFilter(name);
  }
}

byId("filter").addEventListener("input", (event) => {
  const shown = setFilter(event.target.value);
  say(byId("announce"), shown === null ? "" : `${shown} rows match`);
  if (!location.hash.startsWith("#ticket/")) {
    const name = event.target.value.trim();
    history.replaceState(null, "", name ? `#filter/${encodeURIComponent(name)}` : "#");
  }
});
byId("find").addEventListener("submit", (event) => {
  event.preventDefault();
  const id = new FormData(event.target).get("id").trim();
  if (id) location.hash = `ticket/${id}`;
});
addEventListener("keydown", (event) => {
  const typing = event.target.closest("input, textarea, select");
  if (event.key === "/" && !typing && !event.ctrlKey && !event.metaKey) {
    event.preventDefault();
    byId("filter").focus();
    byId("filter").select();
  } else if (event.key === "Escape" && !document.querySelector("dialog[open]")) {
    if (byId("filter").value) {
      byId("filter").value = "";
      byId("filter").dispatchEvent(new Event("input"));
    } else if (location.hash.startsWith("#ticket/")) location.hash = "";
    typing?.blur();
  }
});
addEventListener("hashchange", route);
heard.opened = Date.now();
listen();
route();
setInterval(() => {
  freshness();
  keepListening();
}, 1000);
