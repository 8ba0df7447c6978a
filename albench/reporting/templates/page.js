"use strict";
// Adds to a page that is whole without it: choosing, following, hovering, sorting, downloading.
(() => {
  const read = (id) => JSON.parse(document.getElementById(id).textContent);
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const filled = (element, attributes, text) => {
    for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
    element.textContent = text;
    return element;
  };
  const make = (tag, attributes = {}, text = "") => filled(document.createElement(tag), attributes, text);
  const makeSvg = (tag, attributes, text = "") => filled(document.createElementNS("http://www.w3.org/2000/svg", tag), attributes, text);

  const choices = read("choices");
  const data = read("packed");
  const KEYS = ["cohort", "modalities", "model", "budget"];
  const LOOKS = 7; // as many as there are colours
  const form = document.getElementById("choose");
  const tip = document.getElementById("tip");
  const spoken = document.getElementById("spoken");
  const numberOf = new Map(choices.strategies.map((name, i) => [name, i]));
  const blockOf = new Map(choices.blocks.map((place, i) => [place.name, i]));

  // ---- The numbers behind figures and tables, packed as albench/reporting/packed.py says.

  const unpacked = new Map();

  function column(place) {
    if (unpacked.has(place)) return unpacked.get(place);
    const [kind, codes] = data.columns[place].split(":");
    const field = kind === "t" ? (code) => data.texts[parseInt(code, 36)] : (code) => decimal(code, kind);
    const fields = codes.split(",").flatMap((run) => {
      const [code, n = "1"] = run.split("*");
      return Array(parseInt(n, 36)).fill(field(code));
    });
    unpacked.set(place, fields);
    return fields;
  }

  function decimal(code, usual) {
    if (code === "") return "";
    if (code === "~") return "inf";
    const [, digits, letter = usual] = /^(-?[0-9a-z]+)([A-Z])?$/.exec(code);
    const value = parseInt(digits, 36) / 10 ** (letter.charCodeAt(0) - "A".charCodeAt(0));
    const isTiny = value !== 0 && Math.abs(value) < 1e-4;
    return isTiny ? value.toExponential().replace(/e-(\d)$/, "e-0$1") : String(value);
  }

  function fieldRows({ columns }) {
    const fields = columns.map(column);
    return fields.length ? fields[0].map((_, i) => fields.map((own) => own[i])) : [];
  }

  // The rows of each panel of a figure; strategies are numbers.
  const panelRows = new Map();

  function rowsOf(name, i) {
    if (!panelRows.has(name)) {
      const rows = fieldRows(data.figures[name]);
      panelRows.set(name, data.figures[name].panels.map(([, n]) => rows.splice(0, n)));
    }
    return panelRows.get(name)[i];
  }

  // ---- The view: what is chosen. It lives in the address, so that it can be sent to others.

  const fresh = () => ({ show: new Set(), follow: new Set(), sort: {}, find: {}, at: "" });
  let view = fresh();

  const offers = (key, value) => all(`select[name="${CSS.escape(key)}"] option`, form).some((option) => option.value === value);

  function parse(fragment) {
    const told = fresh();
    if (!fragment.includes("=")) return { ...told, at: decodeURIComponent(fragment) };
    const parameters = new URLSearchParams(fragment);
    for (const [key, value] of parameters) {
      if (key === "show" || key === "follow") {
        if (numberOf.has(value)) told[key].add(numberOf.get(value));
      } else if (key.startsWith("sort.")) told.sort[key.slice(5)] = value;
      else if (key.startsWith("find.")) told.find[key.slice(5)] = value;
      else if (key === "at" || offers(key, value)) told[key] = value;
    }
    return told;
  }

  function fragment() {
    const parameters = new URLSearchParams();
    for (const key of [...KEYS, "metric"]) if (view[key]) parameters.set(key, view[key]);
    for (const key of ["show", "follow"]) {
      for (const i of view[key]) parameters.append(key, choices.strategies[i]);
    }
    for (const kind of ["sort", "find"]) {
      for (const [name, value] of Object.entries(view[kind])) if (value) parameters.set(`${kind}.${name}`, value);
    }
    if (!parameters.size) return view.at;
    if (view.at) parameters.set("at", view.at);
    return parameters.toString();
  }

  function remember() {
    const now = fragment();
    history.replaceState(null, "", now ? `#${now}` : location.pathname + location.search);
  }

  const changed = () => { apply(); remember(); };

  // ---- What the view shows and hides.

  const isChosen = (block) => KEYS.every((key, i) => !view[key] || block[i] === view[key]);
  const isShown = (s) => !view.show.size || view.show.has(s) || view.follow.has(s) || choices.strategies[s] === "random";
  const isOtherMetric = (element) => Boolean(view.metric && element.dataset.metric && element.dataset.metric !== view.metric);

  function apply() {
    const blocks = choices.blocks.map((place) => isChosen(place.block));
    for (const piece of all("[data-block]")) piece.hidden = piece.dataset.block !== "" && !blocks[piece.dataset.block];
    for (const figure of all("figure[data-name]")) {
      const panels = all(".panel", figure);
      figure.hidden = isOtherMetric(figure) || (panels.length > 0 && panels.every((panel) => panel.hidden));
    }
    for (const element of all("[data-s]")) element.toggleAttribute("hidden", !isShown(Number(element.dataset.s)));
    for (const table of tables) table.filter(blocks);
    for (const section of all("main > section")) {
      const pieces = all("figure[data-name], .tabled", section);
      section.hidden = pieces.length > 0 && pieces.every(isOtherMetric);
      const link = document.querySelector(`nav a[href="#${section.querySelector("h2").id}"]`);
      if (link) link.parentElement.hidden = section.hidden;
    }
    follow();
    showForm();
  }

  // A followed strategy keeps its own look; one of the faint ones gets a look that is free.
  function follow() {
    document.body.classList.toggle("following", view.follow.size > 0);
    for (const added of all("text.added")) added.remove();
    for (const chart of charts) chart.draw(view.follow);
    for (const line of all(".line[data-s]")) {
      const s = Number(line.dataset.s);
      const isFollowed = view.follow.has(s);
      line.classList.toggle("followed", isFollowed);
      if (!line.dataset.look) line.dataset.look = line.classList[1];
      if (line.dataset.look !== "faint") continue;
      const look = isFollowed ? `k${([...view.follow].indexOf(s) + 3) % LOOKS}` : "faint";
      line.setAttribute("class", `line ${look}${isFollowed ? " followed faint-before" : ""}`);
      if (isFollowed) nameLine(line, s);
    }
    for (const row of all("tr[data-s]")) row.classList.toggle("followed", view.follow.has(Number(row.dataset.s)));
  }

  function nameLine(line, s) {
    const end = vertices(line).at(-1);
    if (!end) return;
    const place = { class: "added", x: end[0] - 4, y: end[1] - 7, "text-anchor": "end" };
    line.append(makeSvg("text", place, choices.strategies[s].split(" = ")[0]));
  }

  function showForm() {
    for (const select of all("select", form)) select.value = view[select.name] || "";
    for (const box of all("[name=show]", form)) box.checked = view.show.has(Number(box.value));
    for (const button of all("[name=follow]", form)) button.setAttribute("aria-pressed", view.follow.has(Number(button.value)));
    const said = [...KEYS, "metric"].filter((key) => view[key]).map((key) => `${key} ${view[key]}`);
    if (view.show.size) said.push(`${view.show.size} of ${choices.strategies.length} strategies`);
    if (view.follow.size) said.push(`following ${[...view.follow].map((i) => choices.strategies[i]).join(", ")}`);
    document.getElementById("chosen").textContent = said.length ? `: ${said.join("; ")}` : "";
  }

  function toggle(set, item) {
    if (!set.delete(item)) set.add(item);
    changed();
  }

  form.addEventListener("change", (event) => {
    const { name, value } = event.target;
    if (name === "show") toggle(view.show, Number(value));
    else if (name) { view[name] = value; changed(); }
  });
  form.addEventListener("click", (event) => {
    const button = event.target.closest("[name=follow]");
    if (button) toggle(view.follow, Number(button.value));
  });
  form.addEventListener("reset", (event) => {
    event.preventDefault();
    view = fresh();
    for (const table of tables) table.restore();
    changed();
  });
  form.addEventListener("submit", (event) => event.preventDefault());
  document.getElementById("find-strategy").addEventListener("input", (event) => {
    const wanted = event.target.value.toLowerCase();
    for (const item of all("fieldset li", form)) item.hidden = !item.textContent.toLowerCase().includes(wanted);
  });

  // ---- Tables: sorted, filtered, downloaded.

  class Tabled {
    constructor(box) {
      this.name = box.dataset.name;
      this.table = box.querySelector("table");
      this.body = this.table.tBodies[0];
      this.rows = [...this.body.rows];
      this.nameEachRow();
      this.texts = this.rows.map((row) => [...row.cells].map((cell) => cell.textContent));
      this.headings = [...this.table.tHead.rows[0].cells];
      this.columns = this.headings.map((heading) => heading.textContent);
      this.about = this.texts.map((cells) => this.subject(cells));
      this.columnAbout = this.columns.map((text) => [blockOf.get(text), numberOf.get(text)]);
      const tools = make("div", { class: "tools" });
      if (this.rows.length > 5) tools.append(this.finder(box));
      tools.append(csvButton(this.name, () => csv([data.tables[this.name].headings, ...fieldRows(data.tables[this.name])])));
      box.querySelector(".scroll").before(tools);
      if (this.rows.length > 1) this.headings.forEach((heading, i) => this.makeSortable(heading, i));
      for (const [i, row] of this.rows.entries()) if (this.about[i].s !== undefined) row.dataset.s = this.about[i].s;
      for (const [i, heading] of this.headings.entries()) {
        if (i && this.columnAbout[i][1] !== undefined) heading.dataset.follow = this.columnAbout[i][1];
      }
    }

    // A name of several rows stands once; each of them needs it to be sorted and filtered by itself.
    nameEachRow() {
      let name;
      let n = 0;
      for (const row of this.rows) {
        if (n === 0) {
          name = row.cells[0];
          n = name.rowSpan;
          name.removeAttribute("rowspan");
          const text = make("span");
          text.append(...name.childNodes);
          name.append(text);
        } else row.prepend(name.cloneNode(true));
        n -= 1;
      }
    }

    subject(cells) {
      const told = {};
      this.columns.forEach((column, i) => {
        if (column === "strategy" && numberOf.has(cells[i])) told.s = numberOf.get(cells[i]);
        if (column === "cohort") told.cohort = cells[i].replace(" (simulated)", "");
        if (!column.startsWith("block")) return;
        const name = [cells[i], cells[i].slice(0, cells[i].lastIndexOf(": "))].find((text) => blockOf.has(text));
        if (name !== undefined) told.block = blockOf.get(name);
      });
      return told;
    }

    finder(box) {
      const label = make("label", {}, "Filter rows ");
      this.field = make("input", { type: "search", "aria-label": `Filter rows of ${box.querySelector("h3, summary").textContent}` });
      this.field.addEventListener("input", () => { view.find[this.name] = this.field.value; changed(); });
      label.append(this.field);
      return label;
    }

    makeSortable(heading, i) {
      const button = make("button", { type: "button" }, heading.textContent);
      button.addEventListener("click", () => {
        const [column, direction] = (view.sort[this.name] || "").split(".");
        const first = this.isNumeric(i) ? "down" : "up";
        const turned = direction === "down" ? "up" : "down";
        view.sort[this.name] = `${i}.${Number(column) === i && direction ? turned : first}`;
        changed();
      });
      heading.replaceChildren(button);
    }

    isNumeric(i) {
      const told = this.texts.map((cells) => cells[i]).filter((text) => !isEmpty(text));
      return told.length > 0 && told.filter((text) => !Number.isNaN(number(text))).length > told.length / 2;
    }

    sort() {
      const [column, direction] = (view.sort[this.name] || "").split(".");
      const i = Number(column);
      const isSorted = column !== "" && i < this.columns.length && ["up", "down"].includes(direction);
      this.headings.forEach((heading, j) => {
        if (isSorted && i === j) heading.setAttribute("aria-sort", direction === "up" ? "ascending" : "descending");
        else heading.removeAttribute("aria-sort");
      });
      if (!isSorted && !this.wasSorted) return;
      this.wasSorted = isSorted;
      const order = this.rows.map((_, j) => j);
      if (isSorted) {
        const sign = direction === "up" ? 1 : -1;
        const key = this.isNumeric(i) ? number : (text) => text;
        const keys = this.texts.map((cells) => (isEmpty(cells[i]) ? null : key(cells[i])));
        order.sort((a, b) => compare(keys[a], keys[b], sign) || a - b);
      }
      this.body.append(...order.map((j) => this.rows[j]));
    }

    filter(blocks) {
      const wanted = (view.find[this.name] || "").toLowerCase();
      if (this.field && this.field.value.toLowerCase() !== wanted) this.field.value = wanted;
      this.sort();
      this.table.closest(".tabled").hidden = isOtherMetric(this.table.closest(".tabled"));
      this.rows.forEach((row, i) => {
        const { s, block, cohort } = this.about[i];
        row.hidden = (s !== undefined && !isShown(s)) || (block !== undefined && !blocks[block])
          || (cohort !== undefined && Boolean(view.cohort) && cohort !== view.cohort)
          || !this.texts[i].some((text) => text.toLowerCase().includes(wanted));
      });
      this.columnAbout.forEach(([block, s], j) => {
        if (!j || (block === undefined && s === undefined)) return;
        const isHidden = (block !== undefined && !blocks[block]) || (s !== undefined && !isShown(s));
        this.headings[j].hidden = isHidden;
        this.headings[j].classList.toggle("followed", view.follow.has(s));
        for (const row of this.rows) row.cells[j].hidden = isHidden;
      });
      let before;
      for (const row of [...this.body.rows].filter((row) => !row.hidden)) {
        row.classList.toggle("same", row.cells[0].textContent === before);
        before = row.cells[0].textContent;
      }
    }

    restore() { if (this.field) this.field.value = ""; }
  }

  const isEmpty = (text) => text === "" || text === "–";

  function number(text) {
    const found = /^(?:[<>≥≤] ?)?([-−+]?\d+(?:\.\d+)?(?:e[-+]?\d+)?)/.exec(text.trim());
    return found ? Number(found[1].replace("−", "-")) : NaN;
  }

  function compare(a, b, sign) {
    const isLast = (value) => value === null || Number.isNaN(value);
    if (isLast(a) || isLast(b)) return isLast(a) - isLast(b); // what is unknown stays at the end
    return sign * (typeof a === "string" ? a.localeCompare(b) : a - b);
  }

  // ---- Downloads.

  function csvButton(name, text) {
    const button = make("button", { type: "button", class: "csv", "aria-label": `Download ${name} as CSV` }, "Download CSV");
    button.addEventListener("click", () => {
      const blob = new Blob([text()], { type: "text/csv" });
      const link = make("a", { download: `${name}.csv`, href: URL.createObjectURL(blob) });
      link.click();
      URL.revokeObjectURL(link.href);
    });
    return button;
  }

  const csv = (rows) => rows.map((row) => `${row.map(quoted).join(",")}\n`).join("");

  const quoted = (field) => (/[",\n\r]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

  // A text that a spreadsheet would run as a formula gets an apostrophe in front.
  const harmless = (text) => (/^[=+\-@\t\r]/.test(text) ? `'${text}` : text);

  function figureCsv(name) {
    const { headings, panels } = data.figures[name];
    const rows = panels.flatMap(([where], i) => rowsOf(name, i).map(([s, ...row]) => {
      const [place, ...block] = data.places[where].map(harmless);
      return [...block, place, headings[0] === "strategy" ? harmless(choices.strategies[s]) : s, ...row];
    }));
    return csv([[...KEYS, "panel", ...headings.map(harmless)], ...rows]);
  }

  // ---- Charts: values under the pointer, or under the arrow keys.

  const vertices = (line) => {
    const path = line.querySelector(".mean").getAttribute("d");
    return path.slice(1).split("L").map((point) => point.split(" ").map(Number));
  };

  class Chart {
    constructor(svg, name, i) {
      this.svg = svg;
      this.rows = () => rowsOf(name, i);
      this.points = null;
      svg.setAttribute("tabindex", "0");
      svg.setAttribute("role", "application");
      svg.setAttribute("aria-roledescription", "chart; arrow keys walk through its values, Enter follows a strategy");
      svg.addEventListener("pointermove", (event) => this.hover(event));
      svg.addEventListener("pointerleave", () => this.leave());
      svg.addEventListener("blur", () => this.leave());
      svg.addEventListener("keydown", (event) => this.walk(event));
      svg.addEventListener("click", (event) => this.click(event));
    }

    // The values of a line stand in the same order as the corners of its path.
    load() {
      if (this.points) return this.points;
      this.points = all(".line:not(.name)", this.svg).flatMap((line) => {
        const s = Number(line.dataset.s);
        const rows = this.of(s);
        return vertices(line).map(([x, y], i) => ({ line, s, i, x, y, row: rows[i] }));
      });
      return this.points;
    }

    of(s) { return this.rows().filter((row) => Number(row[0]) === s); }

    // Differences of strategies that are seen only while they are followed, where data-scale says.
    draw(followed) {
      if (!this.svg.dataset.scale) return;
      const [left, right, bottom, top] = this.svg.dataset.scale.split(" ").map(Number);
      const at = (value, start, one) => (start + Number(value) * one).toFixed(1);
      for (const s of followed) {
        const rows = this.of(s);
        if (!rows.length || this.svg.querySelector(`.line[data-s="${s}"]`)) continue;
        const corners = rows.map(([, x, y]) => `${at(x, left, right)} ${at(y, bottom, top)}`);
        const bars = rows.filter((row) => row[3] !== "")
          .map(([, x, , low, high]) => `M${at(x, left, right)} ${at(low, bottom, top)}V${at(high, bottom, top)}`);
        const line = makeSvg("g", { class: "line faint", "data-s": s });
        line.append(makeSvg("path", { class: "bars", d: bars.join("") }), makeSvg("path", { class: "mean", d: `M${corners.join("L")}` }));
        this.svg.append(line);
        this.points = null;
      }
    }

    visible() {
      return this.load().filter(({ line }) => !line.hasAttribute("hidden") && getComputedStyle(line).display !== "none");
    }

    nearest(event) {
      const place = new DOMPoint(event.clientX, event.clientY).matrixTransform(this.svg.getScreenCTM().inverse());
      let best = null;
      let least = 30 ** 2; // farther away nothing is meant
      for (const point of this.visible()) {
        const distance = (point.x - place.x) ** 2 + (point.y - place.y) ** 2;
        if (distance < least) [best, least] = [point, distance];
      }
      return best;
    }

    hover(event) {
      const name = event.target.closest(".name");
      const point = name ? null : this.nearest(event);
      if (point) this.tell(point, event.clientX, event.clientY);
      else this.leave();
    }

    tell(point, x, y) {
      const [, labelled, mean, low, high, n] = point.row;
      const interval = low === "" ? "" : ` (95 %: ${short(low)} to ${short(high)})`;
      const repetitions = n === "1" ? "1 repetition" : `${n} repetitions`;
      const text = `${choices.strategies[point.s]}: ${short(mean)}${interval} at ${Math.round(labelled)} labels, ${repetitions}`;
      this.at = point;
      showTip(text, x, y);
      this.mark(point);
      return text;
    }

    mark({ x, y }) {
      this.unmark();
      this.svg.append(makeSvg("circle", { class: "here", cx: x, cy: y, r: 6 }));
    }

    unmark() { for (const ring of all(".here", this.svg)) ring.remove(); }

    leave() { this.unmark(); tip.hidden = true; }

    // Left and right go along a line, up and down to the line above or below at that round.
    walk(event) {
      const along = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      const across = { ArrowUp: -1, ArrowDown: 1 }[event.key];
      if (event.key === "Escape") { this.leave(); return; }
      if (event.key === "Enter" && this.at) { toggle(view.follow, this.at.s); return; }
      if (!along && !across) return;
      event.preventDefault();
      const points = this.visible();
      if (!points.length) return;
      let next = points.at(-1);
      if (this.at && along) next = points.find((p) => p.line === this.at.line && p.i === this.at.i + along) || this.at;
      if (this.at && across) {
        const column = points.filter((p) => p.i === this.at.i).sort((a, b) => a.y - b.y);
        next = column[column.findIndex((p) => p.line === this.at.line) + across] || this.at;
      }
      const corner = this.svg.getScreenCTM();
      spoken.textContent = this.tell(next, corner.e + next.x * corner.a, corner.f + next.y * corner.d);
    }

    click(event) {
      const name = event.target.closest(".name");
      const s = name ? Number(name.dataset.s) : this.nearest(event)?.s;
      if (s !== undefined) toggle(view.follow, s);
    }
  }

  function showTip(text, x, y) {
    tip.textContent = text;
    tip.hidden = false;
    const { width, height } = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 4))}px`;
    tip.style.top = `${y + 18 + height > innerHeight ? y - height - 10 : y + 18}px`;
  }

  const short = (field) => Number(field).toFixed(3);

  function tellInterval(row, rows) {
    const [s, difference, low, high, widestLow, widestHigh, verdict] = rows.find((r) => r[0] === row.dataset.s);
    const between = (a, b) => (a === "" || b === "" ? "unknown" : `${short(a)} to ${short(b)}`);
    return `${choices.strategies[s]}: ${short(difference)}; 95 %: ${between(low, high)}; all at once: ${between(widestLow, widestHigh)}; ${verdict}`;
  }

  // ---- Begin.

  const tables = all(".tabled").map((box) => new Tabled(box));
  const charts = [];
  for (const figure of all("figure[data-name]")) {
    const { name } = figure.dataset;
    if (!data.figures[name]) continue;
    const tools = make("div", { class: "tools" });
    tools.append(csvButton(name, () => figureCsv(name)));
    figure.append(tools);
    all(".panel", figure).forEach((panel, i) => {
      for (const svg of all("svg.curves", panel)) charts.push(new Chart(svg, name, i));
      for (const row of all(".intervals tr[data-s]", panel)) {
        row.addEventListener("pointermove", (event) => showTip(tellInterval(row, rowsOf(name, i)), event.clientX, event.clientY));
        row.addEventListener("pointerleave", () => { tip.hidden = true; });
      }
    });
  }
  document.body.classList.add("can-follow");
  document.addEventListener("click", (event) => {
    if (event.target.closest("svg, form, button, a, summary") || String(getSelection())) return;
    const row = event.target.closest("tr[data-s]");
    if (row) toggle(view.follow, Number(row.dataset.s));
  });

  function arrive() {
    view = parse(location.hash.slice(1)); // URLSearchParams decodes what is written in it
    apply();
    if (view.at) document.getElementById(view.at)?.scrollIntoView();
  }
  addEventListener("hashchange", () => {
    const told = location.hash.slice(1);
    if (told.includes("=")) { arrive(); return; }
    view.at = decodeURIComponent(told); // a link within the page: the view stays
    document.getElementById(view.at)?.scrollIntoView();
    remember();
  });
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = all("main details:not([open])").filter((element) => !element.closest("#choose"));
    for (const element of opened) element.open = true;
  });
  addEventListener("afterprint", () => { for (const element of opened) element.open = false; });
  form.hidden = false;
  arrive();
})();
