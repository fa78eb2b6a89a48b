// The form is the page: cells edited in place, saved as they are typed, walked with the keyboard as in a worksheet.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) for (const box of document.querySelectorAll("[name=project]:not(:disabled)")) box.checked = event.target.checked;
  });
  const data = $("form-data") && JSON.parse($("form-data").textContent);
  if (!data) return;
  const kept = jiheng.kept, holder = $("table"), side = $("side"), status = $("status");
  const cellOf = (key) => holder.querySelector(`[data-cell="${key}"]`) || holder.querySelector(`[data-covers~="${key}"]`);
  const show = (key) => {
    const cell = cellOf(key) || holder.querySelector(`[data-row="${key}"]`) || (key === "title" && holder.querySelector("caption"));
    if (!cell) return null;
    cell.scrollIntoView({ block: "center", behavior: "smooth" });
    cell.classList.add("flash");
    setTimeout(() => cell.classList.remove("flash"), 1200);
    return cell;
  };
  side.addEventListener("click", (event) => {
    const goto = event.target.closest("[data-goto]");
    if (goto) { const cell = show(goto.dataset.goto); if (cell && cell.tagName === "TD" && data.editable) select(cell); }
  });
  if (!data.editable) return;

  let revision = data.revision, current = null, editing = null, lastInput = Date.now();
  const traveller = jiheng.travelling(), { input, grow, textOf } = traveller;

  // ---- talking to the server -----------------------------------------------------------------------------------
  const say = (text, css = "") => { status.textContent = text; status.className = `status ${css}`; };
  // Changes go one after another, each naming the revision that its cells were seen at.
  function send(job) {
    if (job.values) { job.was = kept.standing(job.was); kept.keep(job.values, job.was, job.seen); }
    const waiting = queue.find((j) => !j.sent && j.values && job.values && Object.keys(j.values).join() === Object.keys(job.values).join());
    if (waiting) { waiting.values = job.values; waiting.typing = waiting.typing && job.typing; } else saving.add(job);
  }
  // A row, or an undo, whose answer was lost on the way is sent as it was, under the same key: it is not doubled.
  function request(job) {
    if (job.values) {
      const { values, was = {}, seen, typing } = job;
      return { address: data.labels.cells, body: { values, was, seen, typing: !!typing } };
    }
    if (!job.key) { job.key = jiheng.key(); job.body = Object.assign({ seen: revision }, job.body); }
    return { address: job.address, body: job.body, key: job.key };
  }
  function accept(answer, job) {
    revision = answer.revision;
    const mine = (job && job.values) || {};
    for (const waiting of queue) if (waiting.values && !Object.keys(waiting.values).some((k) => k in answer.cells && !(k in mine))) waiting.seen = revision;
    if (editing) {
      const others = editing.keys.some((k) => k in answer.cells && !(k in mine));
      if (!others) editing.seen = revision;
      else say("别人刚改了这一格，保存时会请您选择。", "bad");
    }
    if (answer.table) pendingTable = answer.table;
    for (const [key, text] of Object.entries(answer.cells)) put(key, text);
    for (const key of Object.keys(mine)) unsaved.delete(key);
    kept.drop(mine, revision);
    marks = answer.marks; side.innerHTML = answer.side;
    $("title").textContent = answer.title; holder.querySelector("caption").textContent = answer.caption;
    for (const [n, id, words] of [[0, "errors", "处错误"], [1, "warnings", "处警告"]]) { $(id).hidden = !answer.counts[n]; $(id).textContent = `${answer.counts[n]} ${words}`; }
    for (const [name, why] of Object.entries(answer.obstacles || {})) {
      const box = $(`step-${name}`);
      if (box) { const told = box.querySelector(".why"); told.textContent = why; told.hidden = !why; box.querySelector(".btn.go").disabled = !!why; }
    }
    draw(answer.row);
    say(`已保存 ${answer.at}`, "good");
  }
  function refuse(answer, job) {
    const typingNow = job.typing && editing && job.values && editing.keys.some((k) => k in job.values);
    if (!typingNow) for (const key of Object.keys(job.values || {})) unsaved.set(key, [job.values[key], answer.error]);
    say(answer.error, "bad"); draw();
  }
  function conflict(answer, job) {
    if (!job.values || !answer.conflicts) return null;
    const theirs = answer.conflicts[answer.conflicts.length - 1];
    if (editing && editing.keys.some((k) => k in job.values)) {
      for (const key of editing.keys) job.values[key] = input.value; // what was typed since then as well
      clearTimeout(editing.timer); editing = null; rest();
    } else commit();
    return { words: `${theirs.by}在您打开本表后改过这一格。`, theirs: theirs.value, mine: job.values[theirs.cell] };
  }
  function taken(answer, job, isMine) {
    const theirs = Object.fromEntries(answer.conflicts.map((c) => [c.cell, c.value]));
    if (isMine) { send({ values: job.values, was: theirs, seen: answer.revision }); return; }
    kept.forget(Object.keys(job.values));
    for (const [key, text] of Object.entries(theirs)) { unsaved.delete(key); put(key, text); }
    draw(); say("已采用对方的内容"); seeOthers();
  }
  const saving = jiheng.saving({ say, request, accept, refuse, conflict, taken });
  const { queue } = saving;

  // ---- what the table shows ------------------------------------------------------------------------------------
  let marks = null, pendingTable = "";
  const unsaved = new Map();
  function put(key, text) {
    const cell = cellOf(key);
    if (cell && !(editing && editing.cell === cell)) cell.querySelector(".v").textContent = text;
  }
  function draw(chosen) {
    if (pendingTable && !editing) {
      const key = chosen ? `${chosen}:name` : current && current.dataset.cell;
      const [x, y] = [window.scrollX, window.scrollY];
      traveller.leave();
      holder.innerHTML = pendingTable; pendingTable = ""; current = null; tools(null);
      const cell = key && (cellOf(key) || cellOf(key.replace(/:name$/, ":title")) || cellOf(key.replace(/:name$/, "")));
      if (cell) select(cell); window.scrollTo(x, y);
    }
    if (marks) for (const cell of holder.querySelectorAll("[data-cell]")) {
      const [mark, tip] = marks[cell.dataset.cell] || ["", ""], had = cell.querySelector(".mark"), text = cell.querySelector(".v");
      cell.classList.remove("has-e", "has-w", "has-i"); text.classList.remove("e", "w", "i");
      if (mark) { cell.classList.add(`has-${mark}`); text.classList.add(mark); cell.title = tip; } else cell.removeAttribute("title");
      if (mark && !had) { const i = document.createElement("i"); i.className = `mark ${mark}`; text.after(i); } else if (mark) had.className = `mark ${mark}`; else if (had) had.remove();
    }
    for (const cell of holder.querySelectorAll(".unsaved")) cell.classList.remove("unsaved");
    for (const [key, [text, why]] of unsaved) { const cell = cellOf(key); if (cell) { put(key, text); cell.classList.add("unsaved"); cell.title = `没有保存：${why}`; } }
  }

  // ---- choosing and editing cells ------------------------------------------------------------------------------
  const cells = () => [...holder.querySelectorAll("td[data-cell]")].filter((c) => !c.classList.contains("hollow") || c.dataset.cell);
  function rest() { traveller.rest(); options(null); }
  function select(cell, by) {
    if (editing) commit();
    current = cell; traveller.sit(cell); options(by === "pointer" ? cell : null);
    const box = cell.getBoundingClientRect();
    if (box.top < 60 || box.bottom > innerHeight) cell.scrollIntoView({ block: "center" });
    tools(cell);
  }
  const isHollow = (cell) => cell.dataset.cell.endsWith("s") && cell.classList.contains("hollow");
  function edit(keep) {
    if (!current) return;
    if (editing) { input.setSelectionRange(input.value.length, input.value.length); return; }
    if (isHollow(current)) { addRow(); return; }
    const keys = [current.dataset.cell, ...(current.dataset.covers || "").split(" ").filter(Boolean)];
    const was = textOf(current);
    editing = { cell: current, keys, was, saved: was, seen: revision, timer: 0 };
    traveller.open(keep); options(current);
  }
  function clear() { edit(false); if (editing) { input.value = ""; commit(); } }
  function save(typing) {
    clearTimeout(editing.timer);
    const text = input.value.replace(/\r\n?/g, "\n");
    if (text.trim() === editing.saved.trim()) return;
    const all = (value) => Object.fromEntries(editing.keys.map((k) => [k, value]));
    send({ values: all(text), was: all(editing.saved), seen: editing.seen, typing }); editing.saved = text;
  }
  function commit() {
    const done = editing; if (!done) return;
    save(false); done.cell.querySelector(".v").textContent = input.value.trim(); editing = null; rest(); draw();
  }
  function cancel() {
    const done = editing; clearTimeout(done.timer); kept.forget(done.keys);
    if (done.saved !== done.was) { const all = (value) => Object.fromEntries(done.keys.map((k) => [k, value])); send({ values: all(done.was), was: all(done.saved), seen: done.seen }); }
    editing = null; rest(); done.cell.querySelector(".v").textContent = done.was; draw();
  }
  function move(dx, dy) {
    const box = current.getBoundingClientRect();
    if (dx) { const all = cells(), next = all[all.indexOf(current) + dx]; if (next) select(next); return !!next; }
    const middle = box.left + Math.min(box.width / 2, 40);
    const near = cells().filter((c) => { const b = c.getBoundingClientRect(); return dy > 0 ? b.top >= box.bottom - 2 : b.bottom <= box.top + 2; });
    const off = (c) => { const b = c.getBoundingClientRect(); const aside = middle < b.left ? b.left - middle : middle > b.right ? middle - b.right : 0; return Math.abs(dy > 0 ? b.top - box.bottom : box.top - b.bottom) * 20 + aside; };
    const next = near.sort((a, b) => off(a) - off(b))[0];
    if (next) select(next);
    return !!next;
  }
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest("#table, .options, #rowtools")) return;
    if (editing) commit(); else options(null);
  });
  input.addEventListener("focusout", () => { if (editing && !holder.contains(document.activeElement)) setTimeout(() => { if (editing && document.activeElement !== input) commit(); }, 150); });
  const saveSoon = () => {
    if (!editing) return;
    const all = (value) => Object.fromEntries(editing.keys.map((key) => [key, value]));
    kept.keep(all(input.value), all(editing.saved), editing.seen);
    clearTimeout(editing.timer); editing.timer = setTimeout(() => { if (editing) save(true); }, 600);
  };
  input.addEventListener("input", (event) => {
    lastInput = Date.now();
    if (!editing) return;
    grow(); options(current); clearTimeout(editing.timer);
  });
  // Keys of this form alone: rows, and what undoes.
  function keys(event) {
    const key = event.key, ctrl = event.ctrlKey || event.metaKey, letter = key.toLowerCase();
    lastInput = Date.now();
    if (ctrl && key === "Enter") { if (editing) commit(); addRow(); return true; }
    if (ctrl && key === "Delete" && rowOf(current)) { removeRow(); return true; }
    if (event.altKey && (key === "ArrowUp" || key === "ArrowDown")) {
      if (!pick(key)) { if (editing) commit(); moveRow(key === "ArrowUp" ? -1 : 1); }
      return true;
    }
    if (editing || !ctrl || (letter !== "z" && letter !== "y")) return false;
    act(letter === "y" || event.shiftKey ? "redo" : "undo");
    return true;
  }
  jiheng.cells(holder, {
    cellAt: (element) => element.closest("td[data-cell]"), field: (element) => element === input,
    chosen: () => current, isEditing: () => !!editing, text: () => textOf(current), opens: isHollow,
    choose: select, edit, commit, cancel, clear, move, keys, typed: saveSoon,
  });
  input.addEventListener("paste", (event) => {
    const text = event.clipboardData.getData("text/plain"), kind = current.dataset.cell.split(":")[0];
    const grows = ["indicator", "goal", "indicators", "goals", "itemized", "itemizeds", "safeguard", "safeguards"].includes(kind);
    const block = text.includes("\t") || (/\n./.test(text.trim()) && grows && !editing);
    if (!block || !(grows || kind === "plan")) return;
    event.preventDefault();
    if (editing) cancel();
    const was = data.kind ? Object.fromEntries(cells().map((c) => [c.dataset.cell, c.querySelector(".v").textContent])) : undefined;
    send({ address: data.labels.rows, body: { do: "paste", cell: current.dataset.cell, text, was } });
  });
  side.addEventListener("input", (event) => { if (event.target.matches("[data-explanation]")) { clearTimeout(side.timer); lastInput = Date.now(); kept.keep({ explanation: event.target.value }, {}, revision); } });
  side.addEventListener("change", (event) => { if (event.target.matches("[data-explanation]")) send({ values: { explanation: event.target.value }, seen: revision }); });
  side.addEventListener("click", (event) => {
    const fix = event.target.closest("[data-edits]");
    if (fix) { if (editing) commit(); const values = JSON.parse(fix.dataset.edits); fix.disabled = true; for (const [k, v] of Object.entries(values)) put(k, v); send({ values, seen: revision }); }
  });

  // ---- rows, undo, dialogs -------------------------------------------------------------------------------------
  const rowOf = (cell) => { const row = cell && cell.closest("tr[data-row]"); return row && /^(indicator|goal|itemized|safeguard):/.test(row.dataset.row) ? row.dataset.row : ""; };
  const rows = (body) => send({ address: data.labels.rows, body });
  function addRow() {
    const row = rowOf(current), hollow = current && current.classList.contains("hollow") ? current.dataset.cell.slice(0, -1) : "";
    const kind = row ? row.split(":")[0] : hollow || data.kind || "indicator";
    rows({ do: "add", kind, after: row ? Number(row.split(":")[1]) : 0 });
  }
  const removeRow = () => { if (editing) cancel(); rows({ do: "remove", row: rowOf(current) }); };
  const moveRow = (by) => { const row = rowOf(current); if (row) rows({ do: "move", row, by }); };
  const act = (name) => { if (!data.labels[name]) return; if (editing) commit(); send({ address: data.labels[name], body: {} }); };
  function tools(cell) {
    const bar = $("rowtools"), row = rowOf(cell);
    bar.hidden = !row;
    if (!row) return;
    const line = cell.closest("tr").getBoundingClientRect(), table = holder.getBoundingClientRect();
    bar.style.left = `${table.right + window.scrollX - 1}px`; bar.style.top = `${line.top + window.scrollY}px`;
  }
  window.addEventListener("resize", () => tools(current));
  $("rowtools").addEventListener("mousedown", (event) => event.preventDefault());
  $("rowtools").addEventListener("click", (event) => {
    const what = event.target.dataset.rowDo;
    if (!what || !current) return;
    if (what === "add") { if (editing) commit(); addRow(); } else if (what === "remove") removeRow(); else { if (editing) commit(); moveRow(what === "up" ? -1 : 1); }
  });
  document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-do]"), take = event.target.closest("[data-take]");
    if (button && button.dataset.do === "periods") rows({ do: "periods" }); else if (button) act(button.dataset.do);
    if (take) { const response = await fetch(take.dataset.take); if (response.ok) { $("take").innerHTML = await response.text(); $("take").showModal(); } }
    for (const more of document.querySelectorAll("details.more[open]")) if (!more.contains(event.target) || event.target.closest("[data-do], [data-dialog]")) more.removeAttribute("open");
  });
  document.addEventListener("submit", (event) => {
    if (event.target.id !== "take-form") return;
    event.preventDefault();
    const form = new FormData(event.target);
    if (form.get("source")) rows({ do: "take", source: Number(form.get("source")), parts: form.getAll("part") });
    $("take").close();
  });
  document.addEventListener("keydown", (event) => {
    if (event.target !== document.body || !(event.ctrlKey || event.metaKey)) return;
    if (event.key.toLowerCase() === "z") { event.preventDefault(); act(event.shiftKey ? "redo" : "undo"); } else if (event.key.toLowerCase() === "y") { event.preventDefault(); act("redo"); }
  });

  // ---- the list that the first two columns offer ---------------------------------------------------------------
  const list = document.createElement("ul");
  list.className = "options noprint"; list.hidden = true; document.body.append(list);
  function options(cell) {
    const field = cell && cell.dataset.cell.split(":")[2];
    if (field !== "level1" && field !== "level2") { list.hidden = true; return; }
    let names = Object.keys(data.framework);
    if (field === "level2") { const own = cellOf(cell.dataset.cell.replace("level2", "level1")).querySelector(".v").textContent; names = data.framework[own] || [].concat(...Object.values(data.framework)); }
    list.replaceChildren(...names.map((name) => { const item = document.createElement("li"); item.textContent = name; if (name === (input.value || textOf(cell))) item.className = "on"; return item; }));
    const box = cell.getBoundingClientRect();
    list.hidden = false; list.style.left = `${box.left + scrollX}px`; list.style.top = `${box.bottom + scrollY}px`; list.style.minWidth = `${box.width}px`;
  }
  list.addEventListener("mousedown", (event) => { event.preventDefault(); if (event.target.tagName === "LI") { const at = current; edit(true); input.value = event.target.textContent; commit(); select(at); } });
  function pick(key) {
    if (list.hidden || !editing) return false;
    const items = [...list.children], at = items.findIndex((i) => i.classList.contains("on"));
    const next = items[Math.max(0, Math.min(items.length - 1, at + (key === "ArrowDown" ? 1 : -1)))];
    items.forEach((i) => i.classList.remove("on")); next.classList.add("on"); input.value = next.textContent; grow();
    return true;
  }

  // ---- others at the same table --------------------------------------------------------------------------------
  async function beat() {
    if (document.hidden || saving.isBusy() || queue.length || Date.now() - lastInput > 600000) return;
    await seeOthers();
  }
  async function seeOthers() {
    if (!data.labels.here) return;
    try {
      const cell = current ? current.dataset.cell : "";
      const response = await jiheng.post(data.labels.here, { seen: revision, cell });
      if (response.status !== 200) return;
      const answer = await response.json();
      if (answer.closed) { say(answer.closed, "bad"); return; }
      $("others").hidden = !answer.others.length;
      $("others").replaceChildren(...answer.others.map((words) => { const s = document.createElement("span"); s.textContent = words; return s; }));
      if ("revision" in answer) { const before = status.textContent; accept(answer, null); say(editing ? before : "别人刚刚改过本表，已更新"); }
    } catch (error) { /* the next beat tells */ }
  }
  const explanation = () => side.querySelector("[data-explanation]");
  kept.offer(holder, {
    text: (key) => {
      const cell = cellOf(key);
      if (key === "explanation") return explanation() ? explanation().value : null;
      return cell ? textOf(cell) : null;
    },
    show: (key, text) => {
      if (key === "explanation") { explanation().value = text; return; }
      unsaved.set(key, [text, "填写时没有送到服务器，请核对后保存。"]); draw();
    },
    save: (key, { value, was, seen }) => {
      send({ values: { [key]: value }, was: was === undefined ? {} : { [key]: was }, seen: seen === undefined ? revision : seen });
    },
    back: (key, text) => {
      if (key === "explanation") { explanation().value = text; return; }
      unsaved.delete(key); draw(); put(key, text);
    },
  });
  if (data.labels.here) { beat(); setInterval(beat, 15000); }
  if (data.labels.here) window.addEventListener("pagehide", () => jiheng.send(data.labels.here, { leaving: true }, { keepalive: true }).catch(() => {}));
  window.addEventListener("beforeunload", (event) => { if (editing) commit(); if (queue.length || unsaved.size) { event.preventDefault(); event.returnValue = "还有没保存的内容"; } });
})();
