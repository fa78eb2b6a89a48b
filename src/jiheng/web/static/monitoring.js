// The monitoring form: cells saved as they are typed, walked with the keyboard, pasted into from Excel.
"use strict";
(() => {
  const $ = (id) => document.getElementById(id);
  const data = $("form-data") && JSON.parse($("form-data").textContent);
  if (!data || !data.editable) return;
  const kept = jiheng.kept, table = $("table"), status = $("status");
  const COLUMNS = ["actual_raw", "forecast_raw", "likelihood", "reason_text", "measures", "note"];
  const fields = new Map([...table.querySelectorAll("[data-cell]")].map((f) => [f.dataset.cell, f]));
  const boxes = (cell) => [...table.querySelectorAll(`[data-reasons="${cell}"]`)];
  for (const box of table.querySelectorAll("[data-reasons]")) fields.set(box.dataset.reasons, null);
  const value = (cell) => fields.get(cell) ? fields.get(cell).value.replace(/\r\n?/g, "\n").trim() : boxes(cell).filter((b) => b.checked).map((b) => b.value).join("、");
  const grow = (field) => { if (field.tagName !== "TEXTAREA") return; field.style.height = "auto"; field.style.height = `${field.scrollHeight}px`; };
  function show(cell, text) {
    const field = fields.get(cell);
    if (field === undefined) return;
    if (field) { field.value = text; grow(field); } else for (const box of boxes(cell)) box.checked = text.split("、").includes(box.value);
  }
  const saved = new Map([...fields.keys()].map((cell) => [cell, value(cell)]));
  const proposed = new Set(), unsaved = new Set();
  for (const field of fields.values()) if (field) grow(field);
  // A box for typing is as high as its text is on the screen; on paper, where columns are narrower, the text itself stands.
  function copy(field) {
    let shown = field.nextElementSibling;
    if (!field.classList.contains("copied")) { shown = document.createElement("span"); shown.className = "v onpaper"; field.classList.add("copied"); field.after(shown); }
    shown.textContent = field.value;
  }
  window.addEventListener("beforeprint", () => table.querySelectorAll("textarea").forEach(copy));

  // ---- talking to the server: one save after another, each naming what it replaces --------------------------------
  const say = (text, css = "") => { status.textContent = text; status.className = `status ${css}`; };
  const waiting = (cell) => { for (const job of [...queue].reverse()) if (cell in job.values) return job.values[cell]; return saved.get(cell); };
  function save(cells) {
    const values = {};
    for (const cell of cells) if (value(cell) !== waiting(cell)) values[cell] = value(cell);
    if (!Object.keys(values).length) return;
    kept.keep(values, Object.fromEntries(Object.keys(values).map((cell) => [cell, saved.get(cell)])));
    saving.add({ values });
  }
  function accept(answer, job) {
    for (const [cell, text] of Object.entries(job.values)) {
      const stored = cell in answer.changed ? answer.changed[cell] : text;
      saved.set(cell, stored); mark(cell, "unsaved", false); unsaved.delete(cell);
      kept.drop({ [cell]: text });
      // What is being typed on is not put in order under the fingers.
      if (value(cell) === text && (document.activeElement !== fields.get(cell) || !fields.get(cell))) show(cell, stored);
    }
    for (const [row, [light, why]] of Object.entries(answer.lights)) {
      const holder = table.querySelector(`[data-light="${row}"] .light`), words = table.querySelector(`[data-why="${row}"]`);
      if (!holder) continue;
      holder.className = `light ${light}`; holder.title = why;
      holder.setAttribute("aria-label", { red: "偏离", yellow: "预警", green: "正常" }[light] || "未报");
      words.textContent = why; words.hidden = light === "green" || why.startsWith("还没有填报");
    }
    $("state").innerHTML = answer.state; $("forecast-total").textContent = answer.total[0];
    say(`已保存 ${answer.at}`, "good");
  }
  function refuse(answer, job) {
    for (const cell of Object.keys(job.values)) {
      unsaved.add(cell); mark(cell, "unsaved", true, `没有保存：${answer.error}`);
    }
    say(answer.error, "bad");
  }
  function conflict(answer, job) {
    if (!answer.conflicts || !answer.conflicts.length) return null;
    const theirs = answer.conflicts[answer.conflicts.length - 1];
    for (const c of answer.conflicts) {
      saved.set(c.cell, c.value); clearTimeout(timers.get(c.cell));
      for (const waits of queue) delete waits.values[c.cell]; // asked about now, with what was typed since then
    }
    queue.splice(0, queue.length, ...queue.filter((waits) => Object.keys(waits.values).length));
    const words = `${theirs.by}在您打开本表后改过这一格。`;
    return { words, theirs: theirs.value, mine: job.values[theirs.cell] };
  }
  function taken(answer, job, isMine) {
    if (!isMine) {
      kept.forget(answer.conflicts.map((c) => c.cell));
      for (const { cell, value: text } of answer.conflicts) {
        show(cell, text); unsaved.delete(cell); mark(cell, "unsaved", false);
      }
      say("已采用对方的内容");
    }
    save(Object.keys(job.values));
  }
  function request(job) {
    job.was = job.was || Object.fromEntries(Object.keys(job.values).map((cell) => [cell, saved.get(cell)]));
    return { address: data.cells, body: { values: job.values, was: job.was } };
  }
  const saving = jiheng.saving({ say, request, accept, refuse, conflict, taken });
  const { queue } = saving;
  function mark(cell, css, on, title = "") {
    for (const field of fields.get(cell) ? [fields.get(cell)] : boxes(cell)) { field.classList.toggle(css, on); if (title) field.title = title; else field.removeAttribute("title"); }
  }

  // ---- typing and walking -------------------------------------------------------------------------------------------
  const timers = new Map();
  const later = (cell) => { kept.keep({ [cell]: value(cell) }, { [cell]: saved.get(cell) }); clearTimeout(timers.get(cell)); timers.set(cell, setTimeout(() => save([cell]), 700)); };
  const now = (cell) => { clearTimeout(timers.get(cell)); settle(cell); save([cell]); };
  table.addEventListener("input", (event) => {
    const field = event.target, cell = field.dataset.cell;
    if (!cell) return;
    grow(field); settle(cell);
  });
  table.addEventListener("change", (event) => { const cell = event.target.dataset.cell || event.target.dataset.reasons; if (cell) now(cell); });
  table.addEventListener("focusout", (event) => {
    const cell = event.target.dataset.cell;
    if (event.target === chosen) { chosen = null; isWriting = false; }
    if (!cell || proposed.has(cell) || unsaved.has(cell)) return; // neither is saved by walking past
    if (value(cell) === saved.get(cell)) show(cell, saved.get(cell)); else now(cell);
  });
  function walk(field, by) {
    const inRow = field.dataset.cell.startsWith("row:"), column = field.dataset.cell.split(":").pop();
    const all = [...fields.values()].filter((f) => f && f.dataset.cell.startsWith("row:") === inRow && (!inRow || f.dataset.cell.endsWith(`:${column}`)));
    const next = all[all.indexOf(field) + by];
    if (next) next.focus();
    return !!next;
  }
  table.addEventListener("keydown", (event) => {
    if (event.target.tagName !== "SELECT" || event.key !== "Enter") return;
    event.preventDefault();
    if (!walk(event.target, 1)) event.target.blur();
  });

  // ---- cells: each has its own box; a chosen one is selected as a whole, so that what is typed takes its place ----------
  let chosen = null, isWriting = false, before = "";
  function choose(field) {
    if (isWriting) commit();
    chosen = field; before = proposed.has(field.dataset.cell) ? saved.get(field.dataset.cell) : field.value;
    field.focus(); field.select();
  }
  function edit(keep) {
    isWriting = true;
    if (keep) chosen.setSelectionRange(chosen.value.length, chosen.value.length);
  }
  function commit() { isWriting = false; now(chosen.dataset.cell); before = chosen.value; }
  function cancel() {
    isWriting = false; show(chosen.dataset.cell, before); chosen.select(); kept.forget([chosen.dataset.cell]);
    now(chosen.dataset.cell);
  }
  function clear() { chosen.value = ""; grow(chosen); now(chosen.dataset.cell); before = ""; }
  function move(dx, dy) {
    const row = [...chosen.closest("tr").querySelectorAll("textarea[data-cell]")], beside = row[row.indexOf(chosen) + dx];
    if (dy) return walk(chosen, dy);
    if (beside) choose(beside);
    return !!beside;
  }
  function cellAt(element) {
    if (element.closest("select, button, input")) return null;
    const td = element.closest("td");
    return element.closest("textarea[data-cell]") || (td && td.querySelector("textarea[data-cell]"));
  }
  jiheng.cells(table, {
    cellAt, field: (element) => element.matches("textarea[data-cell]"), tabsItself: true,
    chosen: () => chosen, isEditing: () => isWriting, text: () => chosen.value,
    choose, edit, commit, cancel, clear, move, typed: (field) => later(field.dataset.cell),
  });
  table.addEventListener("paste", (event) => {
    const cell = event.target.dataset.cell || "", text = event.clipboardData.getData("text/plain").replace(/\r\n?/g, "\n").replace(/\n$/, "");
    if (!cell.startsWith("row:") || !/[\t\n]/.test(text)) return;
    event.preventDefault();
    const rows = [...table.querySelectorAll("tr[data-row]")], begin = rows.indexOf(event.target.closest("tr")), column = COLUMNS.indexOf(cell.split(":").pop()), touched = [];
    text.split("\n").forEach((line, n) => line.split("\t").forEach((part, k) => {
      const row = rows[begin + n], name = COLUMNS[column + k], key = row && name && `row:${row.dataset.row}:${name}`;
      if (key && fields.has(key)) { show(key, part.trim()); touched.push(key); }
    }));
    save(touched);
  });

  // ---- quick fills: proposed, looked at, then saved or dropped ---------------------------------------------------------
  const bar = $("proposed");
  const tell = () => { bar.hidden = !proposed.size; bar.querySelector("span").textContent = `带入了 ${proposed.size} 处，还没有保存。请逐格看过，改好后再确认。`; };
  const settle = (cell) => { if (proposed.delete(cell)) { mark(cell, "proposed", false); tell(); } };
  document.addEventListener("click", async (event) => {
    const fill = event.target.closest("[data-fill]");
    for (const more of document.querySelectorAll("details.more[open]")) if (!more.contains(event.target) || fill) more.removeAttribute("open");
    if (event.target.closest("[data-keep]")) { const cells = [...proposed]; for (const cell of cells) settle(cell); save(cells); }
    if (event.target.closest("[data-drop]")) for (const cell of [...proposed]) { show(cell, saved.get(cell)); settle(cell); }
    if (!fill) return;
    const response = await fetch(`${data.fill}?how=${fill.dataset.fill}`);
    if (!response.ok) { say("没有取到，请刷新后再试。", "bad"); return; }
    let count = 0;
    for (const [cell, text] of Object.entries((await response.json()).values)) if (fields.has(cell) && !value(cell)) { show(cell, text); if (value(cell)) { proposed.add(cell); mark(cell, "proposed", true); count += 1; } }
    tell(); if (!count) say("没有可以带入的内容。");
  });
  kept.offer(table, {
    text: (cell) => fields.has(cell) ? value(cell) : null,
    show: (cell, text, { was }) => {
      show(cell, text); if (was !== undefined) saved.set(cell, was); unsaved.add(cell); mark(cell, "unsaved", true, "没有保存：填写时没有送到服务器，请核对后保存。");
    },
    save: (cell) => save([cell]),
    back: (cell, text) => { show(cell, text); saved.set(cell, text); unsaved.delete(cell); mark(cell, "unsaved", false); },
  });
  window.addEventListener("beforeunload", (event) => {
    for (const cell of fields.keys()) if (!proposed.has(cell) && !unsaved.has(cell)) save([cell]);
    if (queue.length || proposed.size || unsaved.size) { event.preventDefault(); event.returnValue = "还有没保存的内容"; }
  });
})();
