// The page without this script says everything. With it, one can ask: which bar is this,
// what happened in this part of the run, and where is the line that proves it.
"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const form = byId("filter");
  if (!form) return;
  const chart = byId("chart");
  const known = byId("marks") && JSON.parse(byId("marks").textContent);
  const bars = known && known.bars;
  const count = bars ? bars.kind.length : 0;
  const fields = ["worker", "class", "test", "text", "from", "to"];
  const ROWS = 200;
  const OUTLINES = 500;
  let current = -1;

  // What is asked for: the form and the fragment of the address say the same.
  const asked = () => {
    const value = (name) => (form.elements[name] ? form.elements[name].value.trim() : "");
    const state = Object.fromEntries(fields.map((name) => [name, value(name)]));
    const number = (text) => (text !== "" && Number.isFinite(Number(text)) ? Number(text) : null);
    let [from, to] = [number(state.from), number(state.to)];
    if (from !== null && to !== null && from > to) [from, to] = [to, from];
    return { ...state, from, to };
  };
  const remember = () => {
    const state = new URLSearchParams();
    for (const name of fields) {
      const field = form.elements[name];
      if (field && field.value.trim()) state.set(name, field.value.trim());
    }
    if (current >= 0) state.set("at", place(current));
    const text = state.toString();
    if (text || location.hash.includes("=")) history.replaceState(null, "", text ? `#${text}` : "#");
  };
  const recall = () => {
    if (!location.hash.includes("=")) return;
    const state = new URLSearchParams(location.hash.slice(1));
    for (const name of fields) {
      if (form.elements[name]) form.elements[name].value = state.get(name) || "";
    }
    current = state.get("at") ? barAt(state.get("at")) : -1;
  };

  // Bars.
  const first = known && known.first_line;
  const place = (bar) => `${bars.input[bar]}:${bars.lines[bar].find((line) => line) || 0}`;
  const places = new Map();
  for (let bar = 0; bar < count; bar += 1) {
    for (const line of bars.lines[bar]) {
      const at = `${bars.input[bar]}:${line}`;
      if (line && (!places.has(at) || bars.kind[bar] === "session")) places.set(at, bar);
    }
  }
  const barAt = (at) => (places.has(at) ? places.get(at) : -1);
  const worker = (bar) => (bars.lane[bar] === null ? "" : known.lanes[bars.lane[bar]][0]);
  const test = (bar) => (bars.test[bar] === null ? "" : known.tests[bars.test[bar]]);
  const file = (bar) => known.inputs[bars.input[bar]] || "input";
  const lines = (bar) => {
    const [from, to] = bars.lines[bar];
    if (from && to && from !== to) return `${file(bar)}:${from} to ${to}`;
    return from || to ? `${file(bar)}:${from || to}` : "no line";
  };
  const when = (at) => (first === null ? `+${Number(at.toFixed(3))} s` : `line ${Math.round(first + at)}`);
  const title = (bar) => {
    const name = bars.kind[bar] === "test" ? test(bar) : bars.name[bar] || "";
    const of = bars.kind[bar] === "session" && test(bar) ? ` of ${test(bar)}` : "";
    const by = worker(bar) ? `, ${worker(bar)}` : "";
    return `${bars.kind[bar]} ${name}${of}${by}: ${bars.end[bar]}, ${when(bars.from[bar])} to ${when(bars.to[bar])}, ${lines(bar)}`;
  };
  const inRange = (from, to, state) =>
    (state.from === null || to >= state.from) && (state.to === null || from <= state.to);
  const fits = (bar, state) =>
    inRange(bars.from[bar], bars.to[bar], state) &&
    (!state.worker || worker(bar) === state.worker) &&
    (!state.test || test(bar).includes(state.test)) &&
    (!state.text || title(bar).toLowerCase().includes(state.text.toLowerCase()));

  // The layer over the drawing: what is chosen, what is pointed at.
  const SVG = "http://www.w3.org/2000/svg";
  const draw = (parent, name, attributes) => {
    const element = document.createElementNS(SVG, name);
    for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value);
    parent.append(element);
    return element;
  };
  const [left, right, height] = known ? known.frame : [0, 1, 1];
  const x = (at) => left + (Math.min(Math.max(at / known.length, 0), 1)) * (right - left);
  const at = (column) => Math.min(Math.max((column - left) / (right - left), 0), 1) * known.length;
  const box = (bar) => ({
    x: x(bars.from[bar]) - 1, y: bars.top[bar] - 1,
    width: Math.max(x(bars.to[bar]) - x(bars.from[bar]), 2) + 2, height: bars.height[bar] + 2,
  });
  let layer = null;
  let chosen = null;
  let pointed = null;
  const makeLayer = () => {
    const drawing = chart.querySelector("svg");
    layer = draw(chart, "svg", { viewBox: drawing.getAttribute("viewBox"), "aria-hidden": "true" });
    chosen = draw(layer, "g", {});
    pointed = draw(layer, "g", {});
  };
  const redraw = (state, shown) => {
    chosen.replaceChildren();
    if (state.from !== null || state.to !== null) {
      const [from, to] = [x(state.from ?? 0), x(state.to ?? known.length)];
      draw(chosen, "rect", { class: "veil", x: left, y: 0, width: Math.max(from - left, 0), height });
      draw(chosen, "rect", { class: "veil", x: to, y: 0, width: Math.max(right - to, 0), height });
      draw(chosen, "rect", { class: "range", x: from, y: 1, width: Math.max(to - from, 1), height: height - 2 });
    }
    for (const [name, top, bottom] of known.lanes) {
      if (state.worker && name !== state.worker) {
        draw(chosen, "rect", { class: "veil", x: left, y: top, width: right - left, height: bottom - top });
      }
    }
    if (state.test || state.text) {
      for (const bar of shown.slice(0, OUTLINES)) draw(chosen, "rect", { class: "match", ...box(bar) });
    }
  };

  // The words below the drawing.
  const evidence = (bar) => {
    const of = bars.lines[bar].map((line) => `[data-at="${bars.input[bar]}:${line}"]`);
    const proof = all(of.join(","), byId("all-findings") || document)[0];
    if (proof) return proof;
    const name = test(bar);
    return name ? all("#failed tr[data-test]").find((row) => row.dataset.test === name) : undefined;
  };
  const point = (bar, stay) => {
    if (!layer) return;
    pointed.replaceChildren();
    const words = byId("mark");
    if (bar < 0) { words.textContent = words.dataset.idle; return; }
    draw(pointed, "rect", { class: stay ? "focus" : "hover", ...box(bar) });
    words.textContent = title(bar);
    const proof = evidence(bar);
    if (proof) {
      const link = document.createElement("a");
      link.href = `#${proof.id}`;
      link.textContent = "show the evidence";
      link.addEventListener("click", (event) => { event.preventDefault(); go(bar); });
      words.append(" · ", link);
    }
  };
  const choose = (bar) => { current = bar; point(bar, true); remember(); };
  const go = (bar) => {
    choose(bar);
    const proof = evidence(bar);
    if (!proof) return;
    for (let box = proof.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    all(".found").forEach((one) => one.classList.remove("found"));
    proof.classList.add("found");
    proof.tabIndex = -1;
    proof.focus({ preventScroll: true });
    proof.scrollIntoView({ block: "center" });
  };

  // What is shown, after every question.
  const within = (shown, state) => {
    const section = byId("within");
    const asks = state.from !== null || state.to !== null || state.worker || state.test || state.text;
    section.hidden = !asks;
    if (!asks) return;
    const body = section.querySelector("tbody");
    body.replaceChildren();
    for (const bar of shown.slice(0, ROWS)) {
      const row = body.insertRow();
      const name = bars.kind[bar] === "session" ? `session ${bars.name[bar] || ""}` : bars.kind[bar];
      const cells = [name, bars.kind[bar] === "service" ? bars.name[bar] : test(bar), worker(bar),
        bars.end[bar], when(bars.from[bar]), when(bars.to[bar])];
      for (const cell of cells) row.insertCell().textContent = cell;
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = lines(bar);
      button.addEventListener("click", () => { choose(bar); chart.scrollIntoView({ block: "center" }); chart.focus(); });
      row.insertCell().append(button);
    }
    const more = shown.length > ROWS ? `, the first ${ROWS} of them` : "";
    const shared = known.whole ? "" : "; bars that stand for several things count once";
    section.querySelector("caption").textContent = `${shown.length} bars of the chart that fit${more}${shared}`;
  };
  const numbers = (shown, findings, state) => {
    const changed = Object.values(state).some((value) => value !== null && value !== "");
    const set = (name, value) => {
      const number = document.querySelector(`[data-number="${name}"]`);
      if (!number) return;
      number.dataset.all ??= number.innerHTML;
      if (changed && value !== null) number.textContent = value;
      else number.innerHTML = number.dataset.all;
    };
    const of = (kind, ends) => known && known.whole
      ? shown.filter((bar) => bars.kind[bar] === kind && ends.includes(bars.end[bar])).length : null;
    set("tests failed", of("test", ["failed", "error"]));
    set("sessions open", of("session", ["still open"]));
    set("findings", findings);
  };
  const apply = () => {
    const state = asked();
    const span = (element) => element.dataset.from === undefined
      || inRange(Number(element.dataset.from), Number(element.dataset.to), state);
    const lists = (element, name, value) => !value || JSON.parse(element.dataset[name]).includes(value);
    const text = state.text.toLowerCase();
    const findings = all("article[data-class]");
    for (const box of findings) {
      const tests = !state.test || JSON.parse(box.dataset.tests).some((id) => id.includes(state.test));
      box.hidden = !(span(box) && tests && lists(box, "workers", state.worker)
        && (!state.class || box.dataset.class === state.class)
        && (!text || box.textContent.toLowerCase().includes(text)));
    }
    const rows = all("#failed tr[data-test]");
    for (const row of rows) {
      row.hidden = !(span(row) && (!state.worker || row.dataset.worker === state.worker)
        && row.dataset.test.includes(state.test)
        && (!text || row.textContent.toLowerCase().includes(text)));
    }
    const shown = [];
    for (let bar = 0; bar < count; bar += 1) if (fits(bar, state)) shown.push(bar);
    const visible = (list) => list.filter((one) => !one.hidden).length;
    const range = state.from === null && state.to === null ? ""
      : `; ${when(state.from ?? 0)} to ${when(state.to ?? known.length)}`;
    byId("shown").textContent = `Shown: ${visible(findings)} of ${findings.length} findings, `
      + `${visible(rows)} of ${rows.length} failed tests${range}`;
    numbers(shown, visible(findings), state);
    if (layer) { redraw(state, shown); within(shown, state); point(current, true); }
    remember();
  };

  // Mouse and touch.
  const column = (event) => {
    const area = layer.getBoundingClientRect();
    const scale = layer.viewBox.baseVal.width / area.width;
    return [(event.clientX - area.left) * scale, (event.clientY - area.top) * scale];
  };
  const under = (event) => {
    const [px, py] = column(event);
    let [best, nearest] = [-1, 6];
    for (let bar = 0; bar < count; bar += 1) {
      const one = box(bar);
      if (py < one.y - 1 || py > one.y + one.height + 1) continue;
      const away = px < one.x ? one.x - px : Math.max(px - one.x - one.width, 0);
      if (away < nearest) [best, nearest] = [bar, away];
    }
    return best;
  };
  let frame = 0;
  const applySoon = () => {
    frame ||= requestAnimationFrame(() => { frame = 0; apply(); });
  };
  const setRange = (from, to, then = apply) => {
    const digits = (value) => String(Number(value.toFixed(3)));
    form.elements.from.value = from === null ? "" : digits(Math.min(from, to));
    form.elements.to.value = to === null ? "" : digits(Math.max(from, to));
    then();
  };
  const listen = () => {
    let start = null;
    chart.addEventListener("pointerdown", (event) => {
      if (event.button !== 0) return;
      start = column(event)[0];
      chart.setPointerCapture(event.pointerId);
    });
    chart.addEventListener("pointermove", (event) => {
      const now = column(event)[0];
      if (start !== null && Math.abs(now - start) > 4) setRange(at(start), at(now), applySoon);
      else if (start === null) { const bar = under(event); if (bar >= 0) point(bar, false); }
    });
    chart.addEventListener("pointerleave", () => { if (start === null) point(current, true); });
    chart.addEventListener("pointercancel", () => { start = null; });
    chart.addEventListener("pointerup", (event) => {
      if (start === null) return;
      const dragged = Math.abs(column(event)[0] - start) > 4;
      start = null;
      if (dragged) { apply(); return; }
      const bar = under(event);
      if (bar >= 0) go(bar);
    });
    chart.addEventListener("keydown", (event) => {
      const state = asked();
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      if (step) {
        let bar = current < 0 && step < 0 ? count : current;
        do bar += step; while (bar >= 0 && bar < count && !fits(bar, state));
        if (bar >= 0 && bar < count) choose(bar);
      } else if (event.key === "Enter" && current >= 0) go(current);
      else if (event.key === "[" && current >= 0) setRange(bars.from[current], Math.max(state.to ?? known.length, bars.from[current]));
      else if (event.key === "]" && current >= 0) setRange(Math.min(state.from ?? 0, bars.to[current]), bars.to[current]);
      else if (event.key === "Escape") { current = -1; setRange(null, null); }
      else return;
      event.preventDefault();
    });
    for (const line of all("[data-at]")) {
      const bar = barAt(line.dataset.at);
      if (bar < 0) continue;
      const label = line.querySelector(".place");
      const back = document.createElement("a");
      back.href = "#chart";
      back.textContent = label.textContent;
      back.title = "show it in the chart";
      back.addEventListener("click", (event) => {
        event.preventDefault();
        choose(bar);
        chart.scrollIntoView({ block: "center" });
        chart.focus({ preventScroll: true });
      });
      label.replaceChildren(back);
    }
  };

  form.hidden = false;
  form.addEventListener("submit", (event) => { event.preventDefault(); apply(); });
  form.addEventListener("input", apply);
  form.addEventListener("reset", () => setTimeout(() => { current = -1; apply(); }));
  window.addEventListener("hashchange", () => { recall(); apply(); });
  if (chart && known) {
    makeLayer();
    listen();
    chart.tabIndex = 0;
    byId("mark").hidden = false;
  } else {
    all("[data-needs-chart]").forEach((field) => { field.hidden = true; });
  }
  recall();
  apply();
})();
