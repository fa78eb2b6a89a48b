// The self-evaluation form is the page: cells edited in place, saved as they are typed, points computed at once.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const source = $("evaluation-data");
  if (!source) return;
  const data = JSON.parse(source.textContent);
  const kept = jiheng.kept, unsaved = new Map();
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
  const traveller = jiheng.travelling(), { input, grow, textOf } = traveller;
  let current = null, editing = null, waitingTable = "";

  // ---- talking to the server -----------------------------------------------------------------------------------
  function send(values, was, refused) {
    const before = kept.standing(was);
    kept.keep(values, before);
    saving.add({ values, was: before, refused });
  }
  function accept(answer, job) {
    kept.drop(job.values);
    for (const key of Object.keys(job.values)) unsaved.delete(key);
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
    for (const [key, text] of Object.entries(job.values)) unsaved.set(key, [text, answer.error]);
    markUnsaved();
  }
  function taken(answer, job, isMine) {
    box.hidden = true;
    const theirs = Object.fromEntries(answer.conflicts.map((c) => [c.cell, c.value]));
    if (isMine) { send(job.values, Object.assign({}, job.was, theirs)); return; }
    kept.forget(Object.keys(job.values)); unsaved.clear(); window.location.reload();
  }
  const saving = jiheng.saving({
    say, accept, refuse, taken,
    request: (job) => ({ address: data.cells, body: { values: job.values, was: job.was } }),
    conflict: (answer, job) => {
      if (!answer.conflicts) return null;
      if (editing && editing.key in job.values) {
        job.values[editing.key] = input.value.trim(); // what was typed since then as well
        clearTimeout(editing.timer); leave(input.value.trim());
      } else commit();
      return { words: answer.error };
    },
  });
  const { queue } = saving;
  // The table is drawn by the server; while somebody types, or uploads, it waits.
  function draw() {
    if (!waitingTable || editing || queue.length > 1 || holder.querySelector("details.clip[open]") || !$("adjust").hidden) return;
    const [x, y] = [window.scrollX, window.scrollY];
    const focused = document.activeElement, key = focused === input ? current.dataset.cell : "";
    traveller.leave(); current = null;
    holder.innerHTML = waitingTable; waitingTable = "";
    window.scrollTo(x, y); markUnsaved();
    if (key && cellOf(key)) choose(cellOf(key));
  }

  // ---- editing cells -------------------------------------------------------------------------------------------
  const cells = () => [...holder.querySelectorAll("td[data-cell]")];
  function choose(cell) {
    if (editing) commit();
    current = cell; traveller.sit(cell, "prepend");
    const box = cell.getBoundingClientRect();
    if (box.top < 60 || box.bottom > innerHeight) cell.scrollIntoView({ block: "center" });
  }
  function edit(keep) {
    if (!current) return;
    if (editing) { input.setSelectionRange(input.value.length, input.value.length); return; }
    editing = { cell: current, key: current.dataset.cell, was: textOf(current), saved: textOf(current), timer: 0 };
    traveller.open(keep);
  }
  function save() {
    clearTimeout(editing.timer);
    const text = input.value.replace(/\r\n?/g, "\n").trim();
    if (text === editing.saved) return;
    send({ [editing.key]: text }, { [editing.key]: editing.saved });
    editing.saved = text;
  }
  function leave(text) {
    const done = editing.cell;
    editing = null; traveller.rest(); done.querySelector(".v").textContent = text; draw();
  }
  function commit() { if (editing) { save(); leave(input.value.trim()); } }
  function cancel() {
    const { saved, was, key } = editing;
    clearTimeout(editing.timer); kept.forget([key]);
    if (saved !== was) send({ [key]: was }, { [key]: saved });
    leave(was);
  }
  function clear() { edit(false); input.value = ""; commit(); }
  function below(key, by) {
    const field = key.split(":")[2], column = cells().filter((c) => c.dataset.cell.split(":")[2] === field);
    return field ? column[column.findIndex((c) => c.dataset.cell === key) + by] : undefined;
  }
  function move(dx, dy) {
    const all = cells(), to = dx ? all[all.indexOf(current) + dx] : below(current.dataset.cell, dy);
    if (to) choose(to);
    return !!to;
  }
  jiheng.cells(holder, {
    // What else stands in a cell (a choice, evidence) is used as it is.
    cellAt: (element) => element.closest("select, details, a, button, input") ? null : element.closest("td[data-cell]"),
    field: (element) => element === input,
    chosen: () => current, isEditing: () => !!editing, text: () => textOf(current),
    choose, edit, commit, cancel, clear, move, typed: saveSoon,
  });
  document.addEventListener("mousedown", (event) => { if (editing && !editing.cell.contains(event.target)) commit(); });
  input.addEventListener("focusout", () => setTimeout(() => { if (editing && document.activeElement !== input) commit(); }, 120));
  input.addEventListener("input", () => {
    if (editing) { grow(); clearTimeout(editing.timer); }
  });
  function saveSoon() {
    if (!editing) return;
    kept.keep({ [editing.key]: input.value }, { [editing.key]: editing.saved });
    clearTimeout(editing.timer); editing.timer = setTimeout(() => { if (editing) save(); }, 900);
  }
  holder.addEventListener("keydown", (event) => {
    const cell = event.target.closest("td[data-points]");
    if (!cell || event.target !== cell || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); adjust(cell); }
  });
  // A column copied from a worksheet goes into this cell and those below it, further columns beside it.
  const FIELDS = ["actual_raw", "weight", "deviation"];
  document.addEventListener("paste", (event) => {
    const cell = event.target === input ? current : null;
    const text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!cell || !holder.contains(cell) || !cell.dataset.cell.startsWith("row:")) return;
    if (!/[\n\t]/.test(text)) return;
    if (editing && editing.key.endsWith(":deviation") && !text.includes("\t")) return; // lines of one reason
    event.preventDefault();
    if (editing) cancel();
    const first = FIELDS.indexOf(cell.dataset.cell.split(":")[2]), values = {}, was = {};
    let key = cell.dataset.cell;
    for (const line of text.split("\n")) {
      if (!key) break;
      const row = key.split(":")[1];
      line.split("\t").forEach((word, n) => { const to = FIELDS[first + n] && `row:${row}:${FIELDS[first + n]}`; if (to && cellOf(to)) { values[to] = word.trim(); was[to] = textOf(cellOf(to)); cellOf(to).querySelector(".v").textContent = word.trim(); } });
      key = below(key, 1) ? below(key, 1).dataset.cell : "";
    }
    send(values, was);
  });
  holder.addEventListener("change", (event) => {
    const choice = event.target.closest("[data-choice]");
    if (choice) { send({ [choice.dataset.choice]: choice.value }, { [choice.dataset.choice]: choice.dataset.was }); choice.dataset.was = choice.value; }
  });
  side.addEventListener("input", (event) => {
    const text = event.target.closest("[data-text]");
    if (text) kept.keep({ [text.dataset.text]: text.value }, { [text.dataset.text]: text.dataset.was });
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

  // ---- what was typed before and is not saved ------------------------------------------------------------------
  const choiceOf = (key) => holder.querySelector(`[data-choice="${key}"]`);
  const noteOf = (key) => side.querySelector(`[data-text="${key}"]`);
  const pointsOf = (key) => /:given(_reason)?$/.test(key) && holder.querySelector(`[data-points="${key.split(":")[1]}"]`);
  function markUnsaved() {
    for (const [key, [text, why]] of unsaved) {
      const cell = cellOf(key) || pointsOf(key);
      if (cellOf(key) && !(editing && editing.key === key)) cell.querySelector(".v").textContent = text;
      if (cell) { cell.classList.add("unsaved"); cell.title = `没有保存：${why}`; }
    }
  }
  const write = (key, text) => {
    if (choiceOf(key)) choiceOf(key).value = text;
    else if (noteOf(key)) noteOf(key).value = text;
    else if (cellOf(key)) cellOf(key).querySelector(".v").textContent = text;
  };
  kept.offer(holder, {
    text: (key) => {
      const points = pointsOf(key), field = choiceOf(key) || noteOf(key);
      if (points) return key.endsWith(":given") ? points.dataset.given : points.dataset.reason;
      if (field) return field.dataset.was;
      return cellOf(key) ? textOf(cellOf(key)) : null;
    },
    show: (key, text) => {
      write(key, text); unsaved.set(key, [text, "填写时没有送到服务器，请核对后保存。"]); markUnsaved();
    },
    save: (key, { value, was }) => send({ [key]: value }, { [key]: was === undefined ? "" : was }),
    back: (key, text) => {
      const cell = cellOf(key) || pointsOf(key);
      unsaved.delete(key); write(key, text);
      if (cell) { cell.classList.remove("unsaved"); cell.removeAttribute("title"); }
    },
  });
  window.addEventListener("beforeunload", (event) => { if (editing) commit(); if (queue.length || unsaved.size) { event.preventDefault(); event.returnValue = "还有没保存的内容"; } });
})();
