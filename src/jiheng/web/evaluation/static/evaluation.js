// The self-evaluation form is the page: cells edited in place, saved as they are typed, points computed at once.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const source = $("evaluation-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const holder = $("table"), side = $("side"), status = $("status");
  const cellOf = (key) => holder.querySelector(`[data-cell="${key}"]`);
  side.addEventListener("click", (event) => {
    const goto = event.target.closest("[data-goto]"), row = goto && $(goto.dataset.goto);
    if (!row) return;
    row.scrollIntoView({ block: "center", behavior: "smooth" });
    row.classList.add("flash");
    setTimeout(() => row.classList.remove("flash"), 1200);
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.more[open], details.clip[open]")) if (!open.contains(event.target)) open.removeAttribute("open");
  });
  if (!data.editable) return;

  const say = (text, css = "") => { status.textContent = text; status.className = `status ${css}`; };
  const input = document.createElement("textarea");
  input.className = "cellinput"; input.rows = 1; input.spellcheck = false; input.autocomplete = "off";
  let editing = null, waitingTable = "", busy = false, retry = 0, wanted = "";
  const queue = [];

  // ---- talking to the server -----------------------------------------------------------------------------------
  function send(values, was, refused) { queue.push({ values, was, refused }); pump(); }
  async function pump() {
    if (busy || !queue.length) return;
    busy = true; say("正在保存…");
    const job = queue[0];
    try {
      const response = await jiheng.post(data.cells, { values: job.values, was: job.was });
      const isJson = (response.headers.get("Content-Type") || "").includes("json");
      if (!isJson || response.status === 401 || response.status >= 500) throw new Error(response.status >= 500 ? "服务器出错，稍后再试。" : "登录已超时，请在新窗口重新登录；本页内容还在。");
      const answer = await response.json();
      queue.shift(); retry = 0;
      if (response.ok) accept(answer); else if (response.status === 409) conflict(answer, job); else refuse(answer, job);
    } catch (error) {
      retry = Math.min(retry + 1, 6);
      say(error instanceof TypeError ? "网络断开，内容暂存在本页，正在重试…" : error.message, "bad");
      setTimeout(() => { busy = false; pump(); }, 1000 * 2 ** (retry - 1));
      return;
    }
    busy = false; pump();
  }
  function accept(answer) {
    waitingTable = answer.table;
    const writing = side.contains(document.activeElement) && document.activeElement.matches("[data-text]");
    if (!writing) side.innerHTML = answer.side;
    for (const [name, why] of Object.entries(answer.obstacles)) {
      const box = $(`step-${name}`);
      if (box) { const told = box.querySelector(".why"); told.textContent = why; told.hidden = !why; box.querySelector(".btn.go").disabled = !!why; }
    }
    draw();
    say(`已保存 ${answer.at}`, "good");
  }
  function refuse(answer, job) {
    say(answer.error, "bad");
    if (job.refused) { job.refused(answer.error); return; }
    for (const [key, text] of Object.entries(job.values)) { const cell = cellOf(key); if (cell) { cell.classList.add("unsaved"); cell.title = `没有保存：${answer.error}`; cell.querySelector(".v").textContent = text; } }
  }
  function conflict(answer, job) {
    const box = $("conflict");
    $("conflict-words").textContent = answer.error;
    const now = Object.assign({}, job.was, Object.fromEntries(answer.conflicts.map((c) => [c.cell, c.value])));
    $("take-theirs").onclick = () => { box.close(); window.location.reload(); };
    $("take-mine").onclick = () => { box.close(); send(job.values, now); };
    if (!box.open) box.showModal();
  }
  // The table is drawn by the server; while somebody types, or uploads, it waits.
  function draw() {
    if (!waitingTable || editing || queue.length > 1 || holder.querySelector("details.clip[open]") || !$("adjust").hidden) return;
    const [x, y] = [window.scrollX, window.scrollY];
    const key = wanted || (document.activeElement.dataset && document.activeElement.dataset.cell) || "";
    holder.innerHTML = waitingTable; waitingTable = ""; wanted = "";
    window.scrollTo(x, y);
    const cell = key && cellOf(key);
    if (cell) cell.focus({ preventScroll: true });
  }

  // ---- editing cells -------------------------------------------------------------------------------------------
  const cells = () => [...holder.querySelectorAll("td[data-cell]")];
  const textOf = (cell) => cell.querySelector(".v").textContent;
  const grow = () => { input.style.height = "auto"; input.style.height = `${input.scrollHeight}px`; };
  function edit(cell, typed) {
    if (editing) commit();
    editing = { cell, key: cell.dataset.cell, was: textOf(cell), saved: textOf(cell), timer: 0 };
    cell.classList.add("edit"); cell.prepend(input);
    input.setAttribute("aria-label", cell.dataset.label);
    input.value = typed === undefined ? editing.was : typed;
    input.focus({ preventScroll: true });
    input.setSelectionRange(input.value.length, input.value.length);
    grow();
  }
  function save() {
    clearTimeout(editing.timer);
    const text = input.value.replace(/\r\n?/g, "\n").trim();
    if (text === editing.saved) return;
    send({ [editing.key]: text }, { [editing.key]: editing.saved });
    editing.saved = text;
  }
  function leave() { const done = editing; editing = null; input.remove(); done.cell.classList.remove("edit"); return done; }
  function commit() { if (!editing) return; save(); const text = input.value.trim(), done = leave(); done.cell.querySelector(".v").textContent = text; draw(); }
  function cancel() { const { saved, was, key } = editing; clearTimeout(editing.timer); if (saved !== was) send({ [key]: was }, { [key]: saved }); const done = leave(); done.cell.querySelector(".v").textContent = was; done.cell.focus(); draw(); }
  function next(key, by) { const all = cells(), at = all.findIndex((c) => c.dataset.cell === key), to = all[at + by]; return to ? to.dataset.cell : ""; }
  function below(key, by) {
    const field = key.split(":")[2], column = cells().filter((c) => c.dataset.cell.split(":")[2] === field);
    const to = column[column.findIndex((c) => c.dataset.cell === key) + by];
    return field && to ? to.dataset.cell : "";
  }
  function go(key, write) { const cell = key && cellOf(key); if (!cell) return; wanted = key; if (write) edit(cell); else cell.focus(); }
  holder.addEventListener("mousedown", (event) => {
    if (event.target === input || event.button || event.target.closest("select, details, a, button, input")) return;
    const cell = event.target.closest("td[data-cell]");
    if (cell) { event.preventDefault(); edit(cell); }
  });
  document.addEventListener("mousedown", (event) => { if (editing && !editing.cell.contains(event.target)) commit(); });
  input.addEventListener("focusout", () => setTimeout(() => { if (editing && document.activeElement !== input) commit(); }, 120));
  input.addEventListener("input", (event) => { grow(); clearTimeout(editing.timer); if (!event.isComposing) editing.timer = setTimeout(() => { if (editing) save(); }, 900); });
  input.addEventListener("keydown", (event) => {
    if (event.isComposing || event.keyCode === 229 || !editing) return;
    const key = editing.key, isLong = editing.cell.classList.contains("long");
    if (event.key === "Escape") { event.preventDefault(); cancel(); }
    else if (event.key === "Tab") { const to = next(key, event.shiftKey ? -1 : 1); if (to) { event.preventDefault(); commit(); go(to, true); } }
    else if (event.key === "Enter" && !event.shiftKey && !(isLong && key === "goals_actual")) { event.preventDefault(); commit(); const to = below(key, 1); go(to || key, !!to); }
    event.stopPropagation();
  });
  holder.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td[data-cell], td[data-points]");
    if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (cell.dataset.points) { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); adjust(cell); } return; }
    const moves = { ArrowDown: () => go(below(cell.dataset.cell, 1)), ArrowUp: () => go(below(cell.dataset.cell, -1)), ArrowRight: () => go(next(cell.dataset.cell, 1)), ArrowLeft: () => go(next(cell.dataset.cell, -1)) };
    if (event.key === "Enter" || event.key === "F2") { event.preventDefault(); edit(cell); }
    else if (event.key === "Delete") { event.preventDefault(); edit(cell, ""); commit(); }
    else if (moves[event.key]) { event.preventDefault(); moves[event.key](); }
    else if (event.key.length === 1) { event.preventDefault(); edit(cell, event.key); }
  });
  // A column copied from a worksheet goes into this cell and those below it, further columns beside it.
  const FIELDS = ["actual_raw", "weight", "deviation"];
  document.addEventListener("paste", (event) => {
    const cell = editing ? editing.cell : event.target.closest && event.target.closest("td[data-cell]");
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!cell || !holder.contains(cell) || !cell.dataset.cell.startsWith("row:")) return;
    if (editing && !/[\n\t]/.test(text)) return;
    if (editing && editing.key.endsWith(":deviation") && !text.includes("\t")) return;
    event.preventDefault();
    if (editing) cancel();
    const first = FIELDS.indexOf(cell.dataset.cell.split(":")[2]), values = {}, was = {};
    let key = cell.dataset.cell;
    for (const line of text.split("\n")) {
      if (!key) break;
      const row = key.split(":")[1];
      line.split("\t").forEach((word, n) => { const to = FIELDS[first + n] && `row:${row}:${FIELDS[first + n]}`; if (to && cellOf(to)) { values[to] = word.trim(); was[to] = textOf(cellOf(to)); cellOf(to).querySelector(".v").textContent = word.trim(); } });
      key = below(key, 1);
    }
    send(values, was);
  });
  holder.addEventListener("change", (event) => {
    const choice = event.target.closest("[data-choice]");
    if (choice) { send({ [choice.dataset.choice]: choice.value }, { [choice.dataset.choice]: choice.dataset.was }); choice.dataset.was = choice.value; }
  });
  side.addEventListener("change", (event) => {
    const text = event.target.closest("[data-text]");
    if (text) { send({ [text.dataset.text]: text.value }, { [text.dataset.text]: text.dataset.was }); text.dataset.was = text.value.trim(); }
  });

  // ---- points, changed with a reason ---------------------------------------------------------------------------
  const box = $("adjust");
  let chosen = null;
  function adjust(cell) {
    commit();
    chosen = cell;
    const d = cell.dataset;
    $("adjust-name").textContent = d.name; $("adjust-computed").textContent = d.computed || "—"; $("adjust-weight").textContent = d.weight;
    $("adjust-points").value = d.given || d.computed; $("adjust-reason").value = d.reason; $("adjust-error").hidden = true; $("adjust-undo").hidden = !d.given;
    const place = cell.getBoundingClientRect();
    box.hidden = false;
    box.style.left = `${Math.max(8, place.right - 320) + window.scrollX}px`; box.style.top = `${place.bottom + 4 + window.scrollY}px`;
    $("adjust-points").focus(); $("adjust-points").select();
  }
  const shut = () => { box.hidden = true; if (chosen && holder.contains(chosen)) chosen.focus(); draw(); };
  function give(points, reason) {
    const d = chosen.dataset, key = `row:${d.points}`, error = $("adjust-error");
    if (points && points !== d.computed && !reason.trim()) { error.textContent = "请写明调整理由。"; error.hidden = false; $("adjust-reason").focus(); return; }
    send({ [`${key}:given_reason`]: points ? reason : "", [`${key}:given`]: points }, { [`${key}:given`]: d.given, [`${key}:given_reason`]: d.reason }, (why) => { box.hidden = false; error.textContent = why; error.hidden = false; });
    shut();
  }
  holder.addEventListener("click", (event) => { const cell = event.target.closest("td[data-points]"); if (cell) adjust(cell); });
  box.addEventListener("submit", (event) => { event.preventDefault(); give($("adjust-points").value.trim(), $("adjust-reason").value.trim()); });
  $("adjust-undo").addEventListener("click", () => give("", ""));
  $("adjust-cancel").addEventListener("click", shut);
  box.addEventListener("keydown", (event) => { if (event.key === "Escape") shut(); });
  window.addEventListener("beforeunload", (event) => { if (editing) commit(); if (queue.length) { event.preventDefault(); event.returnValue = "还有没保存的内容"; } });
})();
