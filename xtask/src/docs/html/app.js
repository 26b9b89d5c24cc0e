// Where one is, and how one gets elsewhere: the hash, the tree, the search, the keys.
const main = document.getElementById("main"), tree = document.getElementById("tree");
const search = document.getElementById("search"), hits = document.getElementById("hits");
let current = null;

function parts() {
  try {
    return location.hash.slice(1).split("/").map(decodeURIComponent);
  } catch {
    return ["overview"];
  }
}

function show(isFirst) {
  const [kind, name, third, fourth] = parts();
  if (kind === "main") { main.focus(); return; }
  let page;
  current = null;
  diagramPage.look = null;
  if (kind === "table" && relations.has(name)) {
    page = tablePage(relations.get(name), third);
    current = name;
  } else if (kind === "function" && routines.has(name)) {
    page = functionPage(routines.get(name));
  } else if (kind === "diagram") {
    page = diagramPage(name, third === "2" ? 2 : 1, fourth !== "all");
    current = relations.has(name) ? name : null;
  } else if (kind === "changes" && data.changes) {
    page = changesPage(name);
  } else if (kind === "keys") {
    page = keysPage();
  } else if (!kind || kind === "overview") {
    page = overviewPage();
  } else {
    page = [make("h1", {}, "Not here"), make("p", {}, `Nothing is called ${name || kind}.`)];
  }
  main.replaceChildren(...page.filter(Boolean));
  document.title = `${main.querySelector("h1").textContent} · Database reference`;
  for (const link of tree.querySelectorAll("a")) {
    const isHere = link.dataset.name === current || link.getAttribute("href") === location.hash;
    if (isHere) {
      link.setAttribute("aria-current", "page");
      link.closest("details").open = true;
      link.scrollIntoView({ block: "nearest" });
    } else {
      link.removeAttribute("aria-current");
    }
  }
  tree.classList.remove("open");
  const row = main.querySelector("tr.here, .change.here");
  if (row) row.scrollIntoView({ block: "center" });
  else scrollTo(0, 0);
  if (!isFirst) main.focus({ preventScroll: true });
}

tree.append(...data.domains.map((domain) => make("details", { open: "" },
  make("summary", {}, domain.title),
  make("ul", {}, domain.relations.map((name) => make("li", {},
    make("a", { href: route("table", name), "data-name": name, title: name }, name))),
  domain.routines.map((name) => make("li", {},
    make("a", { href: route("function", name), title: name }, `${name}()`)))))));

// What can be found: tables, columns, functions, and the words about them.
const entries = [
  ...data.relations.flatMap((it) => [
    { shown: it.name, words: it.comment || it.kind, to: route("table", it.name), rank: 0 },
    ...it.columns.map((column) => ({ shown: `${it.name}.${column.name}`, own: column.name,
      words: column.comment || column.type_name, to: route("table", it.name, column.name), rank: 2 })),
    ...it.constraints.concat(it.indexes).map((one) => ({ shown: one.name, words: `${it.name}: ${one.words}`,
      to: route("table", it.name), rank: 3 }))]),
  ...data.routines.map((it) => ({ shown: `${it.name}()`, words: it.comment || it.signature,
    to: route("function", it.name), rank: 1 })),
].map((it) => ({ ...it, name: (it.own || it.shown).toLowerCase(), text: `${it.shown} ${it.words}`.toLowerCase() }));

function find(typed) {
  const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!words.length) return [];
  const score = (it) => {
    if (it.name === words[0]) return it.rank;
    if (it.name.startsWith(words[0])) return 10 + it.rank;
    return (it.shown.toLowerCase().includes(words[0]) ? 20 : 30) + it.rank;
  };
  return entries.filter((it) => words.every((word) => it.text.includes(word)))
    .map((it, index) => [score(it), index, it]).sort((a, b) => a[0] - b[0] || a[1] - b[1])
    .slice(0, 40).map((it) => it[2]);
}

function offer() {
  const found = find(search.value);
  hits.replaceChildren(...found.map((it, index) => {
    const item = make("li", { role: "option", id: `hit${index}`, "aria-selected": index === 0 ? "true" : "false", "data-to": it.to },
      make("span", { class: "mono" }, it.shown), make("small", {}, it.words));
    item.addEventListener("mousedown", (event) => { event.preventDefault(); take(item); });
    return item;
  }));
  if (search.value.trim() && !found.length) hits.append(make("li", { role: "option", "aria-disabled": "true" }, "nothing found"));
  hits.hidden = !search.value.trim();
  search.setAttribute("aria-expanded", String(!hits.hidden));
  point(found.length ? 0 : -1);
}

function point(index) {
  const all = [...hits.querySelectorAll("li[data-to]")];
  all.forEach((it, at) => it.setAttribute("aria-selected", String(at === index)));
  if (all[index]) {
    all[index].scrollIntoView({ block: "nearest" });
    search.setAttribute("aria-activedescendant", all[index].id);
  } else {
    search.removeAttribute("aria-activedescendant");
  }
}

function take(item) {
  if (!item || !item.dataset.to) return;
  close();
  search.value = "";
  if (location.hash === item.dataset.to) show(false);
  else location.hash = item.dataset.to;
}

function close() {
  hits.hidden = true;
  search.setAttribute("aria-expanded", "false");
  search.blur();
}

search.addEventListener("input", offer);
search.addEventListener("blur", () => { hits.hidden = true; });
search.addEventListener("keydown", (event) => {
  const all = [...hits.querySelectorAll("li[data-to]")];
  const at = all.findIndex((it) => it.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown") point(Math.min(at + 1, all.length - 1));
  else if (event.key === "ArrowUp") point(Math.max(at - 1, 0));
  else if (event.key === "Enter") take(all[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
});

function step(by) {
  const names = data.domains.flatMap((it) => it.relations);
  const at = names.indexOf(current);
  const next = at < 0 ? (by > 0 ? 0 : names.length - 1) : Math.min(Math.max(at + by, 0), names.length - 1);
  location.hash = route("table", names[next]);
}

// A page from the disk may not remember; then the system's choice stands each time.
function remembered(value) {
  try {
    if (value) localStorage.setItem("theme", value);
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}
const isDark = matchMedia("(prefers-color-scheme: dark)");
const theme = (value) => document.documentElement.setAttribute("data-theme", value);
const asSystem = () => theme(remembered() || (isDark.matches ? "dark" : "light"));
isDark.addEventListener("change", asSystem);
function toggle() {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  remembered(next);
  theme(next);
}
document.getElementById("theme").addEventListener("click", toggle);
document.getElementById("menu").addEventListener("click", (event) => {
  event.target.setAttribute("aria-expanded", String(tree.classList.toggle("open")));
});

document.addEventListener("keydown", (event) => {
  if (event.target === search || event.ctrlKey || event.metaKey || event.altKey) return;
  const look = diagramPage.look;
  const keys = {
    "/": () => search.focus(), j: () => step(1), k: () => step(-1), t: toggle,
    c: () => { if (data.changes) location.hash = "#changes"; },
    h: () => { location.hash = "#overview"; }, "?": () => { location.hash = "#keys"; },
    d: () => { location.hash = current ? route("diagram", current) : "#diagram"; },
  };
  const inDiagram = look && {
    "+": () => look.zoom(0.8), "-": () => look.zoom(1.25), 0: look.fit, ArrowLeft: () => look.move(-0.1, 0),
    ArrowRight: () => look.move(0.1, 0), ArrowUp: () => look.move(0, -0.1), ArrowDown: () => look.move(0, 0.1),
  };
  const run = keys[event.key] || (inDiagram && inDiagram[event.key]);
  if (!run) return;
  event.preventDefault();
  run();
});

document.getElementById("since").hidden = !data.changes;
asSystem();
addEventListener("hashchange", () => show(false));
show(true);
