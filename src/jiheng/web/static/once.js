// A form is sent once: the pressed button says that it is busy, a second press is swallowed, and whoever goes back and
// sends the same form again sends the same key, so that the server answers as it did the first time. A page of questions
// stands at an address that only takes forms: whoever comes back to it later gets the page that the form belongs to.
"use strict";
(() => {
  const LONGEST = 30000; // then the server may be asked again: the key keeps it from doing twice what it did
  const busy = new Map(); // form, or button without one -> what to undo

  function words(element, button) {
    if (element.querySelector("input[type=file]")) return "正在上传…";
    return button.classList.contains("go") ? "正在保存…" : "正在处理…";
  }
  function begin(element, button) {
    const timer = setTimeout(() => end(element), LONGEST);
    busy.set(element, { button, timer, text: button && button.textContent });
    if (!button) return;
    button.textContent = words(element, button);
    button.setAttribute("aria-busy", "true");
    // Only now: of a disabled button the browser would not send the name and value.
    setTimeout(() => { if (busy.has(element)) button.disabled = true; }, 0);
  }
  function end(element) {
    const { button, timer, text } = busy.get(element) || {};
    if (!busy.delete(element)) return;
    clearTimeout(timer);
    if (!button) return;
    button.disabled = false;
    button.removeAttribute("aria-busy");
    button.textContent = text;
  }
  const pressed = (event) => {
    const button = event.submitter || document.activeElement;
    const is = button && button.tagName === "BUTTON" && button.form === event.target;
    return is ? button : event.target.querySelector("button:not([type=button])");
  };

  // Before anybody else hears of it.
  window.addEventListener("submit", (event) => {
    if (!busy.has(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);
  // After everybody else: a question may have been answered with no, or a script sends the form itself.
  window.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || !jiheng.isPosted(form)) return;
    begin(form, pressed(event));
    remember(form);
  });
  document.addEventListener("htmx:configRequest", (event) => {
    const { detail } = event;
    if (detail.verb !== "get" && !("once" in detail.parameters)) detail.headers["Idempotency-Key"] = jiheng.key();
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    const element = event.target;
    if (event.detail.requestConfig.verb === "get") return;
    if (busy.has(element)) event.preventDefault();
    else begin(element, element.tagName === "BUTTON" ? element : element.querySelector("button:not([type=button])"));
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    const field = event.target.querySelector && event.target.querySelector("input[name=once]");
    if (field && event.detail.successful) field.value = jiheng.key();
    end(event.target);
  });
  // Back from the page after: of a page that the browser kept as it was, or of one that it has asked for anew.
  const endAll = () => { for (const element of [...busy.keys()]) end(element); };
  // Asked whether to leave with unsaved text, somebody stays: the timer runs after the question.
  window.addEventListener("beforeunload", (event) => setTimeout(() => { if (event.defaultPrevented) endAll(); }, 0));
  window.addEventListener("pageshow", endAll);

  const address = (form) => new URL(form.getAttribute("action") || "", location.href).href;
  const place = (form) => {
    const same = [...document.forms].filter((other) => jiheng.isPosted(other) && address(other) === address(form));
    return `${address(form)} ${same.indexOf(form)}`;
  };
  function remember(form) {
    const field = form.querySelector("input[name=once]");
    if (!field) return;
    const state = Object.assign({}, history.state);
    state.once = Object.assign({}, state.once, { [place(form)]: field.value });
    history.replaceState(state, "");
  }
  const doubts = document.querySelector(".doubts");
  // Not before keptforms.js has looked for what was typed: the dialog would be opened over the questions.
  if (doubts) window.addEventListener("load", () => history.replaceState(history.state, "", doubts.dataset.back));
  const [arrival] = performance.getEntriesByType("navigation");
  const sent = (history.state && history.state.once) || {};
  if (arrival && arrival.type === "back_forward") {
    for (const form of document.forms) {
      const field = form.querySelector("input[name=once]"), key = field && sent[place(form)];
      if (key) field.value = key;
    }
  }
})();
