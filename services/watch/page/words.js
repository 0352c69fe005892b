// How are figures written?

export const NONE = "–";

export function plain(value) {
  return value === null || value === undefined ? NONE : String(value);
}

export function span(seconds) {
  if (seconds === null || seconds === undefined) return NONE;
  if (seconds < 0.0005) return "0 s";
  if (seconds < 1) return `${Math.round(seconds * 1000)} ms`;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 100) return `${Math.round(seconds)} s`;
  if (seconds < 6000) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86400)} d`;
}

export function rate(value) {
  if (!value) return "0";
  return value < 10 ? value.toFixed(value < 1 ? 2 : 1) : String(Math.round(value));
}

export function count(value) {
  return value === null || value === undefined ? NONE : value.toLocaleString("en");
}

export function clock(moment) {
  return moment ? new Date(moment).toLocaleTimeString([], { hour12: false }) : NONE;
}

export function day(moment) {
  if (!moment) return NONE;
  const then = new Date(moment);
  const today = then.toDateString() === new Date().toDateString();
  return today ? clock(moment) : then.toLocaleString([], { hour12: false });
}

export function short(id) {
  return id ? id.slice(0, 8) : NONE;
}
