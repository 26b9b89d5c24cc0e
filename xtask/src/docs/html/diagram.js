// The diagram: own layout, plain SVG, the same picture for the same schema.
const BOX = 236, ROW = 17, HEAD = 24;

function svg(name, attributes, ...children) {
  make.inSvg = true;
  const element = make(name, attributes);
  make.inSvg = false;
  element.append(...children.flat().filter((it) => it !== null));
  return element;
}

// Every foreign key: from the table that refers to the one referred to.
const edges = data.relations.flatMap((it) => it.constraints.filter((key) => key.to && relations.has(key.to))
  .map((key) => ({ from: it.name, to: key.to, columns: key.columns })));

const short = (text, most) => (text.length > most ? text.slice(0, most - 1) + "…" : text);

function overview() {
  const boxes = new Map();
  const areas = [];
  const columns = 4, width = BOX + 24, gap = 46;
  const heights = new Array(columns).fill(0);
  for (const domain of data.domains.filter((it) => it.relations.length)) {
    const at = heights.indexOf(Math.min(...heights));
    const x = at * (width + gap), y = heights[at];
    domain.relations.forEach((name, index) =>
      boxes.set(name, { x: x + 12, y: y + 36 + index * 32, w: BOX, h: 24, rows: [] }));
    const height = 36 + domain.relations.length * 32 + 8;
    areas.push(svg("rect", { class: "area", x, y, width, height, rx: 8 }),
      svg("text", { class: "title", x: x + 12, y: y + 22 }, domain.title));
    heights[at] += height + gap;
  }
  return { boxes, areas, kind: "overview" };
}

// Who is referred to stands to the left, who refers to the right, one column a hop.
function neighbourhood(center, hops, keysOnly) {
  const level = new Map([[center, 0]]);
  for (let hop = 0; hop < hops; hop++) {
    for (const [name, at] of [...level]) {
      for (const edge of edges) {
        if (edge.from === name && !level.has(edge.to)) level.set(edge.to, at <= 0 ? at - 1 : at + 1);
        if (edge.to === name && !level.has(edge.from)) level.set(edge.from, at >= 0 ? at + 1 : at - 1);
      }
    }
  }
  const boxes = new Map();
  for (const at of [...new Set(level.values())].sort((a, b) => a - b)) {
    const names = [...level.keys()].filter((name) => level.get(name) === at).sort();
    const tall = names.map((name) => {
      const rows = relations.get(name).columns.filter((it) => !keysOnly || it.is_primary || it.refers_to);
      return { name, rows, h: HEAD + rows.length * ROW + 6 };
    });
    // A level of dozens is broken into several columns.
    const most = Math.max(900, Math.max(...tall.map((it) => it.h)));
    const stacks = [[]];
    let used = 0;
    for (const one of tall) {
      if (used + one.h > most && used) { stacks.push([]); used = 0; }
      stacks[stacks.length - 1].push(one);
      used += one.h + 22;
    }
    stacks.forEach((stack, index) => {
      const whole = stack.reduce((sum, one) => sum + one.h + 22, -22);
      let y = -whole / 2;
      const x = at * 900 + Math.sign(at || 1) * index * (BOX + 40);
      for (const one of stack) {
        boxes.set(one.name, { x, y, w: BOX, h: one.h, rows: one.rows });
        y += one.h + 22;
      }
    });
  }
  squeeze(boxes);
  return { boxes, areas: [], kind: "near", center };
}

// Columns of boxes stand side by side, 90 apart, whatever was between them.
function squeeze(boxes) {
  const xs = [...new Set([...boxes.values()].map((it) => it.x))].sort((a, b) => a - b);
  for (const box of boxes.values()) box.x = xs.indexOf(box.x) * (BOX + 90);
}

function node(name, box, layout) {
  const it = relations.get(name);
  const to = layout.kind === "overview" || name !== layout.center ? route("diagram", name) : route("table", name);
  const rows = box.rows.map((column, index) => {
    const y = box.y + HEAD + index * ROW + 14;
    const mark = column.is_primary ? "PK" : column.refers_to ? "FK" : "";
    return [svg("text", { class: "key", x: box.x + 8, y }, mark),
      svg("text", { x: box.x + 32, y }, short(column.name, 24))];
  });
  const label = `${name}, ${it.columns.length} columns`;
  return svg("a", { href: to, "data-name": name, "aria-label": label, class: name === layout.center ? "center" : null },
    svg("title", {}, it.comment || name),
    svg("rect", { class: "node", x: box.x, y: box.y, width: box.w, height: box.h, rx: 5 }),
    box.rows.length ? svg("line", { class: "bar", x1: box.x, x2: box.x + box.w, y1: box.y + HEAD, y2: box.y + HEAD }) : null,
    svg("text", { class: "title", x: box.x + 8, y: box.y + 16 }, short(name, 27)), rows.flat());
}

function line(edge, boxes) {
  const from = boxes.get(edge.from), to = boxes.get(edge.to);
  if (!from || !to) return null;
  const row = (box, column) => {
    const index = box.rows.findIndex((it) => it.name === column);
    return index < 0 ? box.y + 12 : box.y + HEAD + index * ROW + 10;
  };
  const y1 = row(from, edge.columns[0]), y2 = to.y + 12;
  let d;
  if (from.x === to.x) {
    const x = from.x + from.w, out = 28 + Math.min(60, Math.abs(y2 - y1) / 12);
    d = `M${x},${y1} C${x + out},${y1} ${x + out},${y2} ${x},${y2}`;
  } else {
    const right = to.x > from.x;
    const x1 = right ? from.x + from.w : from.x, x2 = right ? to.x : to.x + to.w;
    const bend = Math.max(30, Math.abs(x2 - x1) / 2) * (right ? 1 : -1);
    d = `M${x1},${y1} C${x1 + bend},${y1} ${x2 - bend},${y2} ${x2},${y2}`;
  }
  return svg("path", { class: "edge", d, "marker-end": "url(#tip)", "data-from": edge.from, "data-to": edge.to },
    svg("title", {}, `${edge.from}.${edge.columns.join(", ")} → ${edge.to}`));
}

function drawn(layout) {
  const all = [...layout.boxes.values()];
  const low = (key) => Math.min(...all.map((it) => it[key])) - 30;
  const high = (key, size) => Math.max(...all.map((it) => it[key] + it[size])) + 60;
  const home = { x: low("x"), y: low("y") - 20, w: 0, h: 0 };
  home.w = high("x", "w") - home.x;
  home.h = high("y", "h") - home.y;
  const tip = svg("marker", { id: "tip", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" },
    svg("path", { d: "M0,0 L8,4 L0,8 z", fill: "var(--edge)" }));
  const picture = svg("svg", { class: layout.kind, role: "group", "aria-label": "Tables and their foreign keys" },
    svg("defs", {}, tip), layout.areas, edges.map((edge) => line(edge, layout.boxes)),
    [...layout.boxes].map(([name, box]) => node(name, box, layout)));
  light(picture);
  return { picture, home };
}

// The keys of the table that is pointed at.
function light(picture) {
  const show = (event) => {
    const at = event.target.closest ? event.target.closest("a[data-name]") : null;
    const name = at && at.getAttribute("data-name");
    for (const path of picture.querySelectorAll(".edge")) {
      path.classList.toggle("lit", !!name && (path.dataset.from === name || path.dataset.to === name));
    }
  };
  for (const kind of ["pointerover", "focusin", "focusout"]) picture.addEventListener(kind, show);
}

function camera(canvas, picture, home) {
  let view = { ...home };
  const apply = () => picture.setAttribute("viewBox", `${view.x} ${view.y} ${view.w} ${view.h}`);
  const zoom = (by, fx = 0.5, fy = 0.5) => {
    const w = Math.min(home.w * 4, Math.max(120, view.w * by)), ratio = w / view.w;
    view = { x: view.x + view.w * (1 - ratio) * fx, y: view.y + view.h * (1 - ratio) * fy, w, h: view.h * ratio };
    apply();
  };
  const move = (dx, dy) => { view.x += dx * view.w; view.y += dy * view.h; apply(); };
  const fit = () => { view = { ...home }; apply(); };
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    const size = canvas.getBoundingClientRect();
    zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, (event.clientX - size.left) / size.width, (event.clientY - size.top) / size.height);
  }, { passive: false });
  let from = null;
  canvas.addEventListener("pointerdown", (event) => { from = { x: event.clientX, y: event.clientY, moved: false }; });
  canvas.addEventListener("pointermove", (event) => {
    if (!from || !(event.buttons & 1)) return;
    const size = canvas.getBoundingClientRect(), scale = Math.max(view.w / size.width, view.h / size.height);
    const dx = event.clientX - from.x, dy = event.clientY - from.y;
    if (!from.moved && Math.hypot(dx, dy) < 5) return;
    view.x -= dx * scale; view.y -= dy * scale;
    from = { x: event.clientX, y: event.clientY, moved: true };
    apply();
  });
  // A drag that ends on a table is no click on it.
  canvas.addEventListener("click", (event) => { if (from && from.moved) event.preventDefault(); from = null; }, true);
  canvas.addEventListener("dragstart", (event) => event.preventDefault());
  fit();
  return { zoom, move, fit };
}

function diagramPage(center, hops, keysOnly) {
  const it = relations.get(center);
  const { picture, home } = drawn(it ? neighbourhood(center, hops, keysOnly) : overview());
  const canvas = make("div", { class: "canvas", tabindex: "0", "aria-label": "Diagram; + and - zoom, arrows move" }, picture);
  const look = camera(canvas, picture, home);
  diagramPage.look = look;
  const button = (text, title, run) => {
    const made = make("button", { type: "button", title }, text);
    made.addEventListener("click", run);
    return made;
  };
  const tools = [button("+", "Nearer (+)", () => look.zoom(0.8)), button("−", "Farther (-)", () => look.zoom(1.25)),
    button("All", "All of it (0)", look.fit)];
  if (it) {
    const keys = route("diagram", center, hops, keysOnly ? "all" : "keys");
    tools.push(make("a", { href: route("diagram", center, hops === 1 ? 2 : 1, keysOnly ? "keys" : "all") },
      hops === 1 ? "Two hops" : "One hop"), make("a", { href: keys }, keysOnly ? "All columns" : "Keys only"),
      make("a", { href: route("table", center) }, "Its page"), make("a", { href: "#diagram" }, "All tables"));
  }
  return [make("h1", {}, it ? `Around ${center}` : "Diagram"), make("div", { class: "tools" }, tools), canvas];
}
