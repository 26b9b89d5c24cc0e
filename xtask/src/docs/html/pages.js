// What the pages show. Text goes in as text, never as markup: a name may hold anything.
"use strict";
const data = JSON.parse(document.getElementById("data").textContent);
const relations = new Map(data.relations.map((it) => [it.name, it]));
const routines = new Map(data.routines.map((it) => [it.name, it]));
const SVG = "http://www.w3.org/2000/svg";

// An element with attributes and children; text stays text.
function make(name, attributes = {}, ...children) {
  const isSvg = make.inSvg;
  const element = isSvg ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined && value !== false) element.setAttribute(key, value);
  }
  element.append(...children.flat().filter((it) => it !== null && it !== undefined));
  return element;
}

const route = (...parts) => "#" + parts.map(encodeURIComponent).join("/");
const tableLink = (name) =>
  relations.has(name) ? make("a", { href: route("table", name) }, name) : make("span", {}, name);
const joined = (nodes) => nodes.flatMap((node, index) => (index ? [", ", node] : [node]));
// A place in a file of the project, as a link where the page knows the way there.
function place(it) {
  if (!it) return "";
  const shown = `${it.file}:${it.line}`;
  return data.up === null ? shown : make("a", { href: `${data.up}${it.file}#L${it.line}` }, shown);
}
const about = (it) => `${it.is_estimated ? "about " : ""}${it.rows.toLocaleString("en")} rows, ${it.size}`;

function section(title, ...children) {
  return [make("h2", {}, title), ...children];
}

function grid(caption, heads, rows) {
  // On a narrow page each row is a card, and a cell says what it is.
  for (const row of rows) {
    [...row.children].forEach((cell, index) => { if (index) cell.dataset.label = heads[index]; });
  }
  return make("div", { class: "scroll" }, make("table", {},
    make("caption", {}, caption),
    make("thead", {}, make("tr", {}, heads.map((it) => make("th", { scope: "col" }, it)))),
    make("tbody", {}, rows)));
}

function columnRow(it, table, chosen) {
  const badges = [];
  if (it.is_primary) badges.push(make("span", { class: "badge", title: "primary key" }, "PK"));
  if (it.is_unique) badges.push(make("span", { class: "badge", title: "unique" }, "UQ"));
  if (it.refers_to) badges.push(make("span", { class: "badge", title: "foreign key" }, "FK"), tableLink(it.refers_to));
  return make("tr", { class: it.name === chosen ? "here" : null },
    make("th", { scope: "row" }, make("a", { class: "mono", href: route("table", table, it.name) }, it.name)),
    make("td", {}, make("code", {}, it.type_name)),
    make("td", {}, it.is_null ? "yes" : ""),
    make("td", {}, it.value ? make("code", {}, it.value) : ""),
    make("td", {}, badges),
    make("td", {}, it.comment || ""));
}

function named(rows) {
  return make("dl", { class: "rows" }, rows.flatMap(([name, words, more]) => [
    make("dt", { class: "mono" }, name),
    make("dd", {}, words, more ? make("div", { class: "mono" }, more) : null)]));
}

function copied(title, text) {
  if (!text) return [];
  const button = make("button", { type: "button" }, "Copy");
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text);
      button.textContent = "Copied";
    } catch {
      // Not every browser lets a file copy: selecting is the next best.
      getSelection().selectAllChildren(button.parentElement.nextElementSibling);
    }
  });
  return section(title, make("div", { class: "tools" }, button),
    make("pre", { tabindex: "0", "aria-label": title }, text));
}

function ddl(text) {
  return text ? copied("SQL", `${text};`) : [];
}

function usedBy(text) {
  const found = /^(?:function|view|materialized view) (\S+)/.exec(text);
  const name = found && found[1];
  if (routines.has(name)) return make("a", { href: route("function", name) }, text);
  if (relations.has(name)) return make("a", { href: route("table", name) }, text);
  return make("span", {}, text);
}

function tablePage(it, chosen) {
  const page = [
    make("h1", {}, it.name),
    make("p", { class: "meta" }, `${it.kind} · ${it.domain} · `, place(it.place),
      it.model ? [` · model ${it.model.class}, `, place(it.model.place)] : "",
      it.stats ? ` · ${about(it.stats)}` : ""),
    it.comment ? make("p", { class: "lead" }, it.comment) : null,
    make("p", { class: "links" }, make("a", { href: route("diagram", it.name) }, "Show it in the diagram"),
      changed(it.name) ? make("a", { href: route("changes", it.name) }, `What changed since ${data.changes.since}`) : null),
    ...section("Columns", grid(`${it.columns.length} columns`,
      ["column", "type", "NULL", "default", "key", "comment"],
      it.columns.map((column) => columnRow(column, it.name, chosen)))),
  ];
  if (it.constraints.length) {
    page.push(...section("Constraints", named(it.constraints.map((c) => [c.name, c.words, c.definition]))));
  }
  if (it.indexes.length) {
    page.push(...section("Indexes", named(it.indexes.map((c) => [c.name, c.words, c.definition]))));
  }
  if (it.triggers.length) {
    page.push(...section("Triggers", named(it.triggers.map((c) => [c.name,
      make("span", {}, `${c.when}: `, make("a", { href: route("function", c.function) }, `${c.function}()`)),
      c.writes.length ? `writes ${c.writes.join(", ")}` : null]))));
  }
  if (it.referenced_by.length) {
    page.push(...section("Who refers to it", make("ul", {}, it.referenced_by.map((by) =>
      make("li", {}, tableLink(by.table), ` by ${by.columns.join(", ")}: when a row goes here, ${by.on_delete}`)))));
  }
  if (it.used_by.length) {
    page.push(...section("Who uses it", make("ul", {}, it.used_by.map((by) => make("li", {}, usedBy(by))))));
  }
  page.push(...section("Who may use it", make("p", {}, "Its owner.")));
  if (it.grants.length) page.push(make("ul", {}, it.grants.map((one) => make("li", {}, one))));
  return [...page, ...copied("A query to begin with", it.sample), ...ddl(it.ddl)];
}

function functionPage(it) {
  const page = [
    make("h1", {}, `${it.name}()`),
    make("p", { class: "meta" }, `function · ${it.domain} · `, place(it.place)),
    it.comment ? make("p", { class: "lead" }, it.comment) : null,
    make("p", {}, make("code", {}, it.signature)),
  ];
  for (const [title, names] of [["Reads", it.reads], ["Writes", it.writes]]) {
    if (names.length) page.push(...section(title, make("p", {}, joined(names.map(tableLink)))));
  }
  const fires = data.relations.filter((table) => table.triggers.some((one) => one.function === it.name));
  if (fires.length) page.push(...section("Fired by", make("p", {}, joined(fires.map((one) => tableLink(one.name))))));
  return [...page, ...ddl(it.ddl)];
}

function overviewPage() {
  const part = ([has, all]) => `${has} of ${all}`;
  const tables = data.relations.filter((it) => it.kind.endsWith("table")).length;
  return [
    make("h1", {}, "Database reference"),
    make("p", { class: "lead" }, `${tables} tables, ${data.relations.length - tables} views and ` +
      `${data.routines.length} functions, as ${data.init} declares them.`),
    data.stats ? make("p", { class: "meta" }, `Live, in ${data.stats.database}: ${about(data.stats)}.`) : null,
    data.changes ? make("p", {}, make("a", { href: "#changes" }, `What changed since ${data.changes.since}`)) : null,
    make("p", { class: "meta" }, `With a comment: tables and views ${part(data.coverage.relations)}, columns ` +
      `${part(data.coverage.columns)}, functions ${part(data.coverage.routines)}.`),
    ...data.domains.flatMap((domain) => section(domain.title,
      domain.relations.length ? grid(`${domain.relations.length} tables and views`, ["name", "columns", ...(data.stats ? ["rows", "size"] : []), "comment"],
        domain.relations.map((name) => relations.get(name)).map((it) => make("tr", {},
          make("th", { scope: "row" }, tableLink(it.name)),
          make("td", {}, String(it.columns.length)),
          data.stats ? [make("td", { class: "number" }, it.stats ? it.stats.rows.toLocaleString("en") : ""),
            make("td", { class: "number" }, it.stats ? it.stats.size : "")] : null,
          make("td", {}, it.comment || "")))) : null,
      domain.routines.length ? make("p", {}, "Functions: ", joined(domain.routines.map((name) =>
        make("a", { href: route("function", name) }, name)))) : null)),
  ];
}

const changed = (name) => data.changes && data.changes.objects.find((it) => it.name === name);

// One thing that changed: what it is, then what is said of it.
function changeLine(it) {
  const fate = make("span", { class: `fate ${it.fate}` }, it.fate);
  if (!it.kind) return make("li", {}, fate, ` ${it.words}`);
  const name = it.kind === "columns" ? `${it.name} columns` : [`${it.kind} `, make("code", {}, it.name)];
  return make("li", {}, fate, " ", name, it.words ? `${it.fate === "changed" || it.fate === "renamed" ? " " : ": "}${it.words}` : "");
}

function changeItem(it, chosen) {
  const own = relations.has(it.name) ? tableLink(it.name)
    : routines.has(it.name) ? make("a", { href: route("function", it.name) }, `${it.name}()`) : make("span", {}, it.name);
  return make("article", { class: it.name === chosen ? "change here" : "change" },
    make("h3", {}, make("span", { class: `fate ${it.fate}` }, it.fate), ` ${it.kind} `, own, it.was ? `, was ${it.was}` : ""),
    it.fate === "new" && it.comment ? make("p", {}, it.comment) : null,
    it.lines.length ? make("ul", {}, it.lines.map(changeLine)) : null,
    it.model ? make("p", { class: "meta" }, `model ${it.model.class}, `, place(it.model.place),
      it.services.length ? `, used by ${it.services.join(", ")}` : "") : null);
}

function changesPage(chosen) {
  const told = (title, rows, withKind) => rows.length ? section(title, make("ul", {}, rows.map((it) =>
    make("li", {}, withKind ? [make("strong", {}, it.kind), " "] : [], make("code", {}, it.about), `: ${it.why}`)))) : [];
  const { since, objects, breaks, hazards } = data.changes;
  return [make("h1", {}, `Changes since ${since}`),
    objects.length ? null : make("p", { class: "lead" }, "Nothing changed in the schema."),
    ...told("Clients must change", breaks, false), ...told("The migration", hazards, true),
    ...(objects.length ? section("What changed", ...objects.map((it) => changeItem(it, chosen))) : [])];
}

function keysPage() {
  const keys = [["/", "search"], ["↑ ↓ Enter", "choose a result"], ["Esc", "leave the search"],
    ["j, k", "next and previous table in the tree"], ["d", "the diagram, of the table that is shown"],
    ["h", "the overview"], ["t", "light or dark"], ["+ - 0, arrows", "in the diagram: nearer, farther, all, move"],
    ["c", "what changed, in a page with changes"], ["?", "this page"]];
  return [make("h1", {}, "Keys"), make("dl", { class: "rows" }, keys.flatMap(([key, words]) =>
    [make("dt", { class: "mono" }, key), make("dd", {}, words)]))];
}
