// How do dead letters go back from the page? With a token, after a dry run, when a person says so.

import { say } from "./tables.js";

const byId = (id) => document.getElementById(id);
const asked = { letters: null, returning: null };

export function askReplay(letters) {
  Object.assign(asked, { letters, returning: null });
  say(byId("replay-what"), `${letters.reason}, parked by ${letters.reader}: at most 1000 go back to where they came from.`);
  tell([]);
  byId("replay-go").disabled = true;
  say(byId("replay-go"), "Put back");
  byId("replay").showModal();
  byId("replay-token").focus();
}

async function send(confirm) {
  const wish = { topic: asked.letters.topic, reasons: [asked.letters.reason], most: 1000 };
  if (confirm !== null) wish.confirm = confirm;
  byId("replay-look").disabled = true;
  byId("replay-go").disabled = true;
  try {
    const reply = await fetch("api/replay", {
      method: "POST",
      headers: { authorization: `Bearer ${byId("replay-token").value}`, "content-type": "application/json" },
      body: JSON.stringify(wish),
    });
    return { ok: reply.ok, told: await reply.json() };
  } catch {
    return { ok: false, told: { title: "No answer", detail: "watch does not answer" } };
  } finally {
    byId("replay-look").disabled = false;
  }
}

async function look() {
  const { ok, told } = await send(null);
  if (!ok) return tell([`${told.title}: ${told.detail}.`]);
  asked.returning = told.returning;
  tell(["Nothing was written. It would be:", ...lines(told)]);
  say(byId("replay-go"), `Put ${told.returning} back`);
  byId("replay-go").disabled = !told.returning;
  if (told.returning) byId("replay-go").focus();
}

async function go() {
  const { ok, told } = await send(asked.returning);
  tell(ok ? [`${told.returning} went back.`, ...lines(told)] : [`${told.title}: ${told.detail}.`]);
}

function lines(told) {
  return told.histogram.map((row) => `${row.count} × ${row.reason}: ${row.answer}`);
}

function tell(texts) {
  byId("replay-told").replaceChildren(...texts.map((text) => {
    const line = document.createElement("p");
    line.textContent = text;
    return line;
  }));
}

byId("replay-look").addEventListener("click", look);
byId("replay-go").addEventListener("click", go);
byId("replay-cancel").addEventListener("click", () => byId("replay").close());
byId("replay-form").addEventListener("submit", (event) => {
  event.preventDefault();
  look();
});
byId("replay").addEventListener("close", () => {
  byId("replay-token").value = "";
});
