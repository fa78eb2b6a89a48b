// Lists of self-evaluations: choose all, count.
"use strict";
(() => {
  const form = document.getElementById("batch");
  const boxes = () => [...document.querySelectorAll("#batch [name=form]")];
  const count = () => { const told = document.querySelector("[data-count]"); if (told) told.textContent = boxes().filter((b) => b.checked).length; };
  document.addEventListener("change", (event) => {
    if (event.target.matches("[data-all]")) for (const box of boxes()) box.checked = event.target.checked;
    count();
  });
  document.addEventListener("click", (event) => {
    for (const open of document.querySelectorAll("details.more[open]")) if (!open.contains(event.target)) open.removeAttribute("open");
  });
  if (form) form.addEventListener("submit", (event) => {
    const step = event.submitter, chosen = boxes().filter((b) => b.checked).length;
    if (!chosen) { event.preventDefault(); window.alert("请先勾选自评表。"); return; }
    if (!window.confirm(`确定对 ${chosen} 份自评表“${step ? step.textContent : "办理"}”？`)) event.preventDefault();
  });
  count();
})();
