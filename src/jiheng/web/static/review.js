// The review desk: keys in the queue, comments on cells.
"use strict";
(() => {
  const queue = document.getElementById("queue"), boxes = () => Array.from(document.querySelectorAll(".queue tbody input[type=checkbox]"));
  const count = () => {
    const all = boxes(), chosen = all.filter((b) => b.checked).length;
    for (const out of document.querySelectorAll("[data-count]")) out.textContent = chosen;
    for (const box of document.querySelectorAll("[data-all]")) { box.checked = chosen > 0 && chosen === all.length; box.indeterminate = chosen > 0 && chosen < all.length; }
  };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) for (const box of boxes()) box.checked = event.target.checked;
    if (event.target.matches("[data-lastyear]")) document.getElementById("beside").classList.toggle("nolast", !event.target.checked);
    count();
  });
  document.addEventListener("click", (event) => { if (event.target.closest("[data-only-good]")) { for (const box of boxes()) box.checked = "good" in box.dataset; count(); } });
  count();
  if (queue) {
    const rows = Array.from(queue.tBodies[0].rows);
    queue.addEventListener("click", (event) => { const row = event.target.closest("tr[data-href]"); if (row && !event.target.closest("a, input")) window.location = row.dataset.href; });
    document.addEventListener("keydown", (event) => {
      if (event.target.matches("input:not([type=checkbox]), select, textarea") || event.ctrlKey || event.altKey || event.metaKey) return;
      const at = rows.indexOf(document.activeElement.closest ? document.activeElement.closest("tr") : null);
      if (event.key === "j") (rows[at + 1] || rows[0]).focus();
      else if (event.key === "k") (rows[at - 1] || rows[rows.length - 1]).focus();
      else if (event.key === "x" && at >= 0) { const box = rows[at].querySelector("input"); box.checked = !box.checked; count(); }
      else if (event.key === "Enter" && at >= 0 && !event.target.matches("input, a")) window.location = rows[at].dataset.href;
    });
  }
  const form = document.getElementById("newcomment");
  const aim = (cell) => { for (const old of document.querySelectorAll("td.aim")) old.classList.remove("aim"); if (cell) cell.classList.add("aim"); };
  document.addEventListener("click", (event) => {
    const go = event.target.closest("[data-goto]"), cell = event.target.closest(".reviewpage .beside > div:first-child td[data-cell]");
    if (go) { const found = document.querySelector('td[data-cell="' + CSS.escape(go.dataset.goto) + '"]'); if (found) { aim(found); found.scrollIntoView({ block: "center", behavior: "smooth" }); } }
    if (cell && form) { form.elements.cell.value = cell.dataset.cell; about(); form.elements.text.focus({ preventScroll: true }); }
  });
  function about() {
    const key = form.elements.cell.value, cell = key && document.querySelector(`td[data-cell="${CSS.escape(key)}"]`);
    aim(cell);
    const label = cell ? cell.dataset.label || "这一格" : "";
    document.getElementById("commentcell").textContent = label ? `对“${label}”的批注：` : "对整张表的批注：";
  }
  if (form) form.addEventListener("kept:put", about);
})();
