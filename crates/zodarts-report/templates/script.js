"use strict";
// Reads values off the charts with the mouse and with the arrow keys.
for (const figure of document.querySelectorAll("figure.chart")) {
  const data = JSON.parse(figure.querySelector("script").textContent);
  const drawing = figure.querySelector("svg");
  const [left, top, width, height] = data.frame;
  const [low, high, bottom, ceiling] = data.range;
  const place = ([x, y]) => [
    left + (width * (x - low)) / (high - low),
    top + height * (1 - (y - bottom) / (ceiling - bottom)),
  ];
  const number = (value) => (Number.isInteger(value) ? String(value) : value.toPrecision(4));
  const namespace = "http://www.w3.org/2000/svg";
  const tip = document.createElement("div");
  tip.className = "tip";
  tip.hidden = true;
  figure.append(tip);
  const cursor = document.createElementNS(namespace, "path");
  cursor.setAttribute("class", "cursor");
  cursor.style.display = "none";
  drawing.append(cursor);
  const stops = [...new Set(data.lines.flatMap((line) => line.points.map((point) => point[0])))].sort((a, b) => a - b);
  let current = -1;

  // Returns the point of a line that is nearest to a position.
  const nearest = (line, x, y) => {
    const distance = ([px, py]) => Math.abs(px - x) * 1e6 + Math.abs(py - y);
    return line.points.reduce((best, point) => (distance(point) < distance(best) ? point : best));
  };
  const show = (x, y) => {
    const found = data.lines.filter((line) => line.points.length > 0).map((line) => [line.name, nearest(line, x, y)]);
    if (found.length === 0) return "";
    const at = found.reduce((best, entry) => (Math.abs(entry[1][0] - x) < Math.abs(best[1][0] - x) ? entry : best))[1];
    const across = place(at)[0];
    cursor.setAttribute("d", `M${across} ${top}V${top + height}`);
    cursor.style.display = "";
    tip.replaceChildren();
    const heading = document.createElement("b");
    heading.textContent = `${data.x} ${number(at[0])}`;
    tip.append(heading);
    for (const [name, [, value]] of found) {
      const row = document.createElement("div");
      row.textContent = `${name}: ${number(value)}`;
      tip.append(row);
    }
    tip.hidden = false;
    const scale = drawing.clientWidth / drawing.viewBox.baseVal.width;
    const offset = drawing.offsetTop ?? figure.querySelector("figcaption").offsetHeight;
    const room = figure.clientWidth - tip.offsetWidth - 4;
    const beside = across * scale + 10;
    tip.style.left = `${Math.max(0, beside > room ? across * scale - tip.offsetWidth - 10 : beside)}px`;
    tip.style.top = `${offset + (top + 6) * scale}px`;
    return `${heading.textContent}. ` + found.map(([name, [, value]]) => `${name} ${number(value)}`).join(", ");
  };
  const hide = () => {
    tip.hidden = true;
    cursor.style.display = "none";
  };

  drawing.addEventListener("pointermove", (event) => {
    const box = drawing.getBoundingClientRect();
    const scale = drawing.viewBox.baseVal.width / box.width;
    const x = low + (((event.clientX - box.left) * scale - left) / width) * (high - low);
    const y = bottom + (1 - ((event.clientY - box.top) * scale - top) / height) * (ceiling - bottom);
    show(x, y);
  });
  drawing.addEventListener("pointerleave", hide);
  figure.addEventListener("blur", hide);
  // A tip stays where it was placed, which may be beyond a window that became narrower.
  addEventListener("resize", hide);
  figure.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1, Home: -Infinity, End: Infinity }[event.key];
    if (event.key === "Escape") hide();
    if (step === undefined || stops.length === 0) return;
    event.preventDefault();
    current = Math.min(stops.length - 1, Math.max(0, current + step));
    document.getElementById("live").textContent = show(stops[current], ceiling);
  });

  // The table of values is made when it is first opened.
  const details = document.createElement("details");
  details.className = "values";
  details.innerHTML = "<summary>values as a table</summary>";
  details.addEventListener("toggle", () => {
    if (details.querySelector("table")) return;
    const table = document.createElement("table");
    const heads = table.createTHead().insertRow();
    for (const name of [data.x, ...data.lines.map((line) => line.name)]) {
      const head = document.createElement("th");
      head.scope = "col";
      head.textContent = name;
      heads.append(head);
    }
    const body = table.createTBody();
    const columns = data.lines.map((line) => new Map(line.points));
    for (const stop of stops) {
      const row = body.insertRow();
      row.insertCell().textContent = number(stop);
      for (const column of columns) row.insertCell().textContent = column.has(stop) ? number(column.get(stop)) : "";
    }
    const frame = document.createElement("div");
    frame.append(table);
    details.append(frame);
  });
  figure.append(details);
}

// Folded details are unfolded for printing, because paper cannot be clicked.
const folded = () => document.querySelectorAll("details:not(.values)");
addEventListener("beforeprint", () => folded().forEach((details) => {
  details.dataset.was = details.open ? "open" : "";
  details.open = true;
}));
addEventListener("afterprint", () => folded().forEach((details) => {
  details.open = details.dataset.was === "open";
}));
