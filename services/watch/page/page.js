// Asks for the figures once a second and lays them out; says plainly when they are stale.
"use strict";

const byId = (id) => document.getElementById(id);
const seconds = (s) => (s === null || s === undefined ? "–" : s < 90 ? `${s} s` : `${Math.round(s / 60)} min`);
const plain = (v) => (v === null || v === undefined ? "–" : String(v));

function table(into, titles, rows) {
  const made = document.createElement("table");
  const head = made.createTHead().insertRow();
  for (const title of titles) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = title;
    head.append(cell);
  }
  const body = made.createTBody();
  for (const row of rows) {
    const line = body.insertRow();
    for (const value of row) line.insertCell().textContent = plain(value);
  }
  byId(into).replaceChildren(rows.length ? made : "None.");
}

function show(o) {
  const stale = byId("state");
  stale.textContent = o.stale ? `These figures are stale: ${o.state}.` : `Live, ${new Date(o.at).toLocaleTimeString()}.`;
  stale.classList.toggle("stale", o.stale);
  const s = o.security;
  byId("security").textContent = `${s.waiting} waiting, longest ${seconds(s.longest_seconds)}` +
    ` (${plain(s.longest_waiting)}); time to lane p50 ${seconds(s.p50_seconds)}, worst ${seconds(s.worst_seconds)}.`;
  table("queues", ["Queue", "Waiting", "Live", "Oldest", "Arrivals a minute", "p50", "p95"],
    o.queues.map((q) => [q.queue, q.waiting, q.live, seconds(q.oldest_seconds), q.arrivals_per_minute,
      seconds(q.p50_seconds), seconds(q.p95_seconds)]));
  table("stages", ["Stage", "In a second", "Out a second", "Lag", "Behind"],
    o.stages.map((t) => [t.stage, t.in_per_second, t.out_per_second, t.lag_records, seconds(t.lag_seconds)]));
  table("dead", ["Topic", "Reader", "Reason", "Count", "Newest"],
    o.dead_letters.map((d) => [d.topic, d.reader, d.reason, d.count, d.newest]));
}

async function refresh() {
  try {
    const reply = await fetch("api/overview");
    if (!reply.ok) throw new Error(reply.statusText);
    show(await reply.json());
  } catch {
    const stale = byId("state");
    stale.textContent = "These figures are stale: watch does not answer.";
    stale.classList.add("stale");
  }
  setTimeout(refresh, 1000);
}

async function follow(id) {
  const reply = await fetch(`tickets/${encodeURIComponent(id)}`);
  const told = await reply.json();
  if (!reply.ok) {
    byId("ticket").textContent = told.detail;
    return;
  }
  table("ticket", ["At", "Stage", "Event", "Topic", "Partition", "Offset"],
    told.stages.map((s) => [s.at, s.stage, s.event, s.topic, s.partition, s.offset]));
}

byId("find").addEventListener("submit", (event) => {
  event.preventDefault();
  location.hash = new FormData(event.target).get("id").trim();
});
addEventListener("hashchange", () => follow(location.hash.slice(1)));
if (location.hash) follow(location.hash.slice(1));
refresh();
