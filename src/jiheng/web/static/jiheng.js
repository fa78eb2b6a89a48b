// Small manners for every page; everything works without it where it can.
"use strict";
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  if (opener) { const dialog = document.getElementById(opener.dataset.dialog); if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); } }
  if (event.target.closest("[data-close]")) { const dialog = event.target.closest("dialog"); if (dialog) dialog.close(); }
  for (const open of document.querySelectorAll("details.who[open], details.more[open]")) if (!open.contains(event.target)) open.removeAttribute("open");
  if (event.target.closest("[data-print]")) window.print();
});
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});
document.addEventListener("htmx:responseError", (event) => {
  const toast = document.getElementById("toast");
  toast.textContent = event.detail.xhr.status === 403 ? "没有权限，或登录已超时，请刷新页面。" : "操作没有成功，请稍后再试。";
});
document.addEventListener("change", (event) => { if (event.target.matches("[data-go]")) event.target.form.submit(); });
