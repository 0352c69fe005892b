// How do rows get into a table without disturbing who reads it? Only what changed is touched.

const SVG = "http://www.w3.org/2000/svg";
const filter = { text: "" };

export function setFilter(text) {
  filter.text = text.trim().toLowerCase();
  let shown = 0;
  for (const row of document.querySelectorAll("tbody tr[data-text]")) shown += sift(row);
  return filter.text ? shown : null;
}

function sift(row) {
  const hit = !filter.text || row.dataset.text.includes(filter.text);
  row.hidden = !hit;
  return hit ? 1 : 0;
}

// columns: [{title, cell(row), number, minor}]; a cell is text, a number, or {text, href, title,
// tone, nodes}. Rows are known by key(row).
export function fill(table, columns, rows, key, empty) {
  if (!table.tHead) head(table, columns);
  const body = table.tBodies[0] || table.createTBody();
  const known = new Map([...body.rows].map((row) => [row.dataset.key, row]));
  const wanted = rows.length ? rows : [];
  wanted.forEach((row, at) => {
    const name = key(row);
    let line = known.get(name);
    known.delete(name);
    if (!line) {
      line = document.createElement("tr");
      line.dataset.key = name;
      columns.forEach((column, n) => line.append(blank(column, n)));
    }
    columns.forEach((column, n) => put(line.cells[n], column.cell(row)));
    line.dataset.text = `${name} ${line.textContent}`.toLowerCase();
    sift(line);
    if (body.rows[at] !== line) body.insertBefore(line, body.rows[at] || null);
  });
  for (const gone of known.values()) gone.remove();
  table.tHead.hidden = !wanted.length;
  let caption = table.querySelector("caption");
  if (!wanted.length && !caption) caption = table.createCaption();
  if (caption) {
    caption.hidden = wanted.length > 0;
    say(caption, empty);
  }
}

function head(table, columns) {
  const row = table.createTHead().insertRow();
  for (const column of columns) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = column.title;
    style(cell, column);
    row.append(cell);
  }
}

function blank(column, n) {
  const cell = document.createElement(n === 0 ? "th" : "td");
  if (n === 0) cell.scope = "row";
  style(cell, column);
  return cell;
}

function style(cell, column) {
  if (column.number) cell.classList.add("number");
  if (column.minor) cell.classList.add("minor");
}

function put(cell, value) {
  const made = typeof value === "object" && value !== null ? value : { text: String(value) };
  const sign = JSON.stringify([made.text, made.href, made.title, made.tone, made.sign]);
  if (cell.dataset.sign === sign) return;
  cell.dataset.sign = sign;
  cell.dataset.tone = made.tone || "";
  if (made.title) cell.title = made.title;
  else cell.removeAttribute("title");
  if (made.nodes) cell.replaceChildren(...made.nodes());
  else if (made.href) {
    const link = document.createElement("a");
    link.href = made.href;
    link.textContent = made.text;
    cell.replaceChildren(link);
  } else cell.textContent = made.text;
}

export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// A figure with the little graph of its last two minutes beside it.
export function graphed(text, recent) {
  return {
    text,
    sign: recent.join(),
    nodes: () => [graph(recent), span(text)],
  };
}

function span(text) {
  const made = document.createElement("span");
  made.textContent = text;
  return made;
}

function graph(values) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 72 16");
  svg.setAttribute("class", "graph");
  svg.setAttribute("aria-hidden", "true");
  const most = Math.max(1, ...values);
  values.forEach((value, n) => {
    const height = value ? Math.max(1.5, (15 * value) / most) : 0.75;
    const bar = document.createElementNS(SVG, "rect");
    bar.setAttribute("x", String(n * 3));
    bar.setAttribute("width", "2");
    bar.setAttribute("y", String(16 - height));
    bar.setAttribute("height", String(height));
    if (!value) bar.setAttribute("class", "zero");
    svg.append(bar);
  });
  return svg;
}

export function bar(share) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 100 6");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("class", "bar");
  svg.setAttribute("aria-hidden", "true");
  const filled = document.createElementNS(SVG, "rect");
  filled.setAttribute("width", String(Math.max(0.5, share * 100)));
  filled.setAttribute("height", "6");
  svg.append(filled);
  return svg;
}
