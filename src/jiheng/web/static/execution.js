// Dialogs of the page of a project's money: one form for a new entry and for correcting one.
"use strict";
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const form = opener && document.querySelector(`#${opener.dataset.dialog} form`);
  if (!form) return;
  const isNew = !opener.dataset.action;
  if (isNew && !form.dataset.fresh) return;
  const isKept = form.querySelector(".unkept") && form.getAttribute("action") === form.dataset.fresh;
  if (isNew && isKept) return; // it shows already what was typed before
  form.reset();
  form.dataset.named = opener.dataset.kept || ""; // sent once before, and asked about (keptforms.js)
  form.action = isNew ? form.dataset.fresh : opener.dataset.action;
  if (isNew) return;
  for (const field of form.querySelectorAll("[name]")) {
    if (field.name in opener.dataset) field.value = opener.dataset[field.name];
  }
});
