"use strict";
// Evidence goes into text nodes only; nothing is ever parsed as markup.
const session = document.querySelector("meta[name=session]").content;
const at = (id) => document.getElementById(id);
const state = { rows: [], chosen: -1, unit: "", before: 40, after: 40, offset: 0 };

async function get(path) {
  const answer = await fetch(path, { credentials: "same-origin" });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error || answer.statusText);
  return said;
}

function make(tag, name, text) {
  const node = document.createElement(tag);
  if (name) node.className = name;
  if (text !== undefined) node.textContent = text;
  return node;
}

function evidence(tag, name, text) {
  const node = make(tag, name, text);
  node.dir = "auto";
  return node;
}

function say(text) { at("progress").textContent = text; }

async function facets() {
  const found = await get("/api/facets");
  at("who").textContent = `${found.author} (${found.role})`;
  for (const [id, rows] of [["kind", found.kinds], ["type", found.types], ["source", found.sources]]) {
    for (const [name, n] of rows) {
      const option = make("option", "", `${name} (${n})`);
      option.value = name;
      at(id).append(option);
    }
  }
  for (const name of found.classes) {
    const option = make("option", "", name === "all" ? "every edition" : `editions of: ${name}`);
    option.value = name;
    at("ask-class").append(option);
  }
  say(`${found.decided} of ${found.findings} reported findings decided`);
}

async function load(keep) {
  const query = new URLSearchParams();
  for (const id of ["kind", "type", "source", "decision", "text"]) if (at(id).value) query.set(id, at(id).value);
  if (at("all").checked) query.set("all", "1");
  state.offset = keep ? state.rows.length : 0;
  query.set("offset", state.offset);
  try {
    const rows = await get(`/api/findings?${query}`);
    state.rows = keep ? state.rows.concat(rows) : rows;
    at("more").hidden = rows.length < 200;
    draw();
    if (!keep) { state.chosen = -1; if (rows.length) choose(0); else at("thread").replaceChildren(make("p", "empty", "Nothing here.")); }
  } catch (error) { say(error.message); }
}

function draw() {
  at("list").replaceChildren(...state.rows.map((row, n) => {
    const button = make("button", row.flags.includes("welfare") ? "welfare" : "");
    button.type = "button";
    button.append(make("span", "verdict", row.verdict || row.exhibit), make("span", "type", row.type.replaceAll("_", " ")));
    button.append(evidence("span", "quote", `«${row.quote}»`), evidence("small", "", `${row.at.slice(0, 16)} ${row.conversation} · ${row.source}`));
    button.setAttribute("aria-current", String(n === state.chosen));
    button.addEventListener("click", () => choose(n));
    const item = make("li");
    item.append(button);
    return item;
  }));
}

function choose(n) {
  if (n < 0 || n >= state.rows.length) return;
  state.chosen = n;
  state.unit = state.rows[n].unit_id;
  [...at("list").querySelectorAll("button")].forEach((b, i) => b.setAttribute("aria-current", String(i === n)));
  at("list").children[n].scrollIntoView({ block: "nearest" });
  state.before = state.after = 40;
  thread();
}

async function thread() {
  const found = await get(`/api/unit/${state.unit}?before=${state.before}&after=${state.after}`);
  const out = [evidence("h2", "", found.conversation || found.path)];
  out.push(evidence("p", "where", `${found.source} / ${found.path}\nSHA-256 ${found.sha256 || "none"}`));
  if (found.more_before) out.push(wider("Earlier", "before"));
  for (const unit of found.units) out.push(shown(unit));
  if (found.more_after) out.push(wider("Later", "after"));
  at("thread").replaceChildren(...out);
  at("thread").querySelector(".chosen")?.scrollIntoView({ block: "center" });
}

function wider(label, side) {
  const button = make("button", "", label);
  button.type = "button";
  button.addEventListener("click", () => { state[side] = Math.min(state[side] * 4, 2000); thread(); });
  return button;
}

function shown(unit) {
  const box = make("article", `unit ${unit.direction || ""} ${unit.origin}${unit.id === state.unit ? " chosen" : ""}`);
  const severe = unit.findings.some((f) => /violence|sexual|minor/.test(f.type));
  if (severe) box.classList.add("severe");
  const who = unit.sender_name && unit.sender_name !== unit.sender ? `${unit.sender_name} (${unit.sender})` : unit.sender;
  box.append(evidence("small", "", `${who || unit.origin} · ${unit.at || unit.written || "no time"}${unit.exhibit ? " · " + unit.exhibit : ""} · ${unit.locator}`));
  const text = marked(unit);
  if (severe) {
    text.tabIndex = 0;
    text.title = "Severe text: click or Enter to read";
    const open = () => text.classList.add("open");
    text.addEventListener("click", open);
    text.addEventListener("keydown", (event) => { if (event.key === "Enter") open(); });
  }
  box.append(text);
  for (const said of unit.decisions) {
    box.append(evidence("p", "said", `${said.decision.replaceAll("-", " ")} – ${said.author} (${said.role}), ${said.at}${said.note ? ": " + said.note : ""}`));
  }
  if (unit.id === state.unit) box.append(buttons());
  return box;
}

function marked(unit) {
  const out = evidence("div", "text");
  const spans = unit.findings.filter((f) => f.end > f.start).sort((a, b) => a.start - b.start);
  const letters = Array.from(unit.text); // offsets count code points
  let from = 0;
  for (const span of spans) {
    if (span.start < from) continue;
    out.append(letters.slice(from, span.start).join(""));
    const mark = make("mark", "", letters.slice(span.start, span.end).join(""));
    mark.title = `${span.type.replaceAll("_", " ")} (${span.grade}) ${span.rule}`;
    out.append(mark);
    from = span.end;
  }
  out.append(letters.slice(from).join(""));
  return out;
}

const WORDS = [["r", "relevant", "Relevant"], ["n", "not-relevant", "Not relevant"],
  ["t", "needs-translation", "Needs translation"], ["p", "privileged", "Privileged"], ["m", "note", "Note"],
  ["l", "release-text", "Release this text"]];

function buttons() {
  const row = make("p", "buttons");
  for (const [key, word, label] of WORDS) {
    const button = make("button", "", `${label} (${key})`);
    button.type = "button";
    button.addEventListener("click", () => decide(word));
    row.append(button);
  }
  return row;
}

function ask(word) {
  const dialog = at("ask");
  at("ask-title").textContent = WORDS.find((w) => w[1] === word)[2];
  at("ask-text").textContent = word === "privileged"
    ? "The message moves to the sealed store and leaves every view, report and export."
    : word === "release-text" ? "Records that you release this text for a later pseudonymised edition. No such edition exists in this version. Read it once more for names." : "";
  at("ask-note").value = "";
  dialog.showModal();
  at("ask-note").focus();
  return new Promise((done) => dialog.addEventListener("close", () => done(dialog.returnValue === "ok"), { once: true }));
}

async function decide(word) {
  const row = state.rows[state.chosen];
  if (!row) return;
  const quick = word === "relevant" || word === "not-relevant" || word === "needs-translation";
  if (!quick && !(await ask(word))) return;
  const body = { target: word === "privileged" || word === "release-text" ? row.unit_id : row.id, decision: word,
    note: quick ? "" : at("ask-note").value, disclosure: quick ? "all" : at("ask-class").value };
  const answer = await fetch("/api/decisions", { method: "POST", credentials: "same-origin",
    headers: { "content-type": "application/json", "x-triage-review": session }, body: JSON.stringify(body) });
  const said = await answer.json();
  if (!answer.ok) { say(said.error); return; }
  say(`recorded as decision ${said.no}`);
  if (word === "privileged") { load(false); return; }
  if (word !== "note") row.verdict = word === "release-text" ? row.verdict : word;
  draw();
  if (quick) choose(state.chosen + 1); else thread();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || /INPUT|TEXTAREA|SELECT/.test(event.target.tagName) || at("ask").open) return;
  if (event.key === "j" || event.key === "ArrowDown") choose(state.chosen + 1);
  else if (event.key === "k" || event.key === "ArrowUp") choose(state.chosen - 1);
  else if (event.key === "/") at("text").focus();
  else {
    const word = WORDS.find((w) => w[0] === event.key);
    if (!word) return;
    decide(word[1]);
  }
  event.preventDefault();
});
at("filters").addEventListener("submit", (event) => { event.preventDefault(); load(false); });
for (const id of ["kind", "type", "source", "decision", "text", "all"]) at(id).addEventListener("change", () => load(false));
at("more").addEventListener("click", () => load(true));
facets().then(() => load(false));
