// Small manners for every page; everything works without it where it can.
"use strict";
// Forms that save while one types send what is typed by `jiheng.post`. A login in another window gives new tokens: a
// page left open over a time-out takes them over, where the same person logged in, and nothing typed on it is lost.
const jiheng = {
  token: () => JSON.parse(document.body.getAttribute("hx-headers"))["X-CSRFToken"],
  // By attribute: a form of ours has fields that are called method and action.
  isPosted: (form) => (form.getAttribute("method") || "").toLowerCase() === "post",
  key() {
    const bytes = [...crypto.getRandomValues(new Uint8Array(16))];
    return bytes.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  },
  // What is sent again under the same one-time key is done once, and answered as it was the first time.
  send(address, body, more = {}, key = "") {
    const headers = { "Content-Type": "application/json", "X-CSRFToken": jiheng.token() };
    if (key) headers["Idempotency-Key"] = key;
    return fetch(address, Object.assign({ method: "POST", headers, body: JSON.stringify(body) }, more));
  },
  async post(address, body, key = "") {
    const response = await jiheng.send(address, body, {}, key);
    if (!response.headers.get("Token-Expired")) return response;
    if (await jiheng.renew()) return jiheng.send(address, body, {}, key);
    const error = "登录已超时，请在新窗口用原来的账号重新登录；本页内容还在，登录后自动保存。";
    return new Response(JSON.stringify({ error }), { status: 401, headers: { "Content-Type": "application/json" } });
  },
  async renew() {
    const response = await fetch(location.href);
    if (!response.ok || response.redirected) return false;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const person = (shown) => (shown.querySelector("details.who") || { dataset: {} }).dataset.person;
    if (!person(page) || person(page) !== person(document)) return false;
    document.body.setAttribute("hx-headers", page.body.getAttribute("hx-headers"));
    for (const hidden of document.querySelectorAll("input[name=csrfmiddlewaretoken]")) hidden.value = jiheng.token();
    return true;
  },
};
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog]");
  const dialog = opener && document.getElementById(opener.dataset.dialog);
  if (dialog && dialog.showModal) { event.preventDefault(); dialog.showModal(); }
  const closer = event.target.closest("[data-close]"), shown = closer && closer.closest("dialog");
  if (shown) shown.close();
  for (const open of document.querySelectorAll("details.who[open], details.more[open]")) {
    if (!open.contains(event.target)) open.removeAttribute("open");
  }
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
