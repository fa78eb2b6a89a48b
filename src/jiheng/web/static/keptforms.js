// Forms that are submitted: their text is kept while it is typed (kept.js), and put back where it was not saved.
"use strict";
(() => {
  const kept = jiheng.kept;
  if (!kept.person) return;
  const TEXTS = "textarea, input[type=text], input[type=number], input[type=date], input[type=email], input[type=tel], "
    + "input[type=url], input:not([type])";
  const PASSING = ["csrfmiddlewaretoken", "once", "next", "after", "revision", "payload"];
  const SECRETS = "[type=password], [autocomplete=one-time-code], [data-secret]";
  const fields = (form) => [...form.elements].filter((f) => f.name && !f.disabled && !f.readOnly
    && (f.matches(`${TEXTS}, select, [type=checkbox], [type=radio]`) || f.hasAttribute("data-kept")));
  function isChanged(field) {
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    if (field.tagName === "SELECT") return [...field.options].some((o) => o.selected !== o.defaultSelected && o.value);
    return field.type === "hidden" ? !!field.value : field.value !== field.defaultValue;
  }

  // A form is known again by where it leads and by what its hidden fields say when the page comes.
  const names = new Map();
  function known(root) {
    for (const form of root.querySelectorAll("form")) {
      // Questions repeat a form that was sent: its text is kept with that one already.
      const isKnown = names.has(form) || form.closest(".doubts");
      if (isKnown || !jiheng.isPosted(form) || form.querySelector(SECRETS)) continue;
      const hidden = [...form.elements].filter((f) => f.type === "hidden" && !PASSING.includes(f.name)
        && !f.hasAttribute("data-kept"));
      const action = form.getAttribute("action") || location.pathname + location.search;
      const name = [action, ...hidden.map((f) => `${f.name}=${f.value}`)].join("|"), same = [...names.values()];
      names.set(form, `${name}|${same.filter((other) => other.startsWith(`${name}|`)).length}`);
    }
  }
  // A page that answers a submission shows what was refused as if it had always stood there: it is unsaved.
  const shownAgain = new Set(), isAnswer = document.body.hasAttribute("data-answer");
  const isUnsaved = (field) => isChanged(field) || shownAgain.has(field);
  function values(form) {
    const found = {};
    for (const field of fields(form).filter(isUnsaved)) {
      const isBox = field.matches("[type=checkbox], [type=radio]");
      found[field.name] = (found[field.name] || []).concat(isBox ? [field.value, field.checked] : [field.value]);
    }
    return found;
  }
  function note(form) {
    const name = names.get(form);
    if (!name) return;
    const typed = fields(form).filter((f) => f.matches(TEXTS) && isUnsaved(f) && f.value.trim());
    const isTyped = typed.length > 0;
    kept.change((page) => {
      const had = page.forms[name], id = had ? had.id : form.dataset.named || jiheng.key();
      if (!isTyped) { delete page.forms[name]; return; }
      const { search } = location, texts = typed.map((field) => field.name);
      const action = form.getAttribute("action");
      page.forms[name] = { id, at: Date.now(), action, search, texts, values: values(form) };
    });
  }
  function forget(form) {
    const name = names.get(form), told = form.querySelector(".unkept");
    if (told) told.remove();
    if (name) kept.change((page) => { delete page.forms[name]; });
  }
  function put(form, draft) {
    let count = 0;
    for (const field of fields(form)) {
      const had = draft.values[field.name];
      if (!had) continue;
      if (isAnswer) shownAgain.add(field);
      if (field.matches("[type=checkbox], [type=radio]")) {
        const at = had.indexOf(field.value);
        if (at >= 0) field.checked = had[at + 1];
      } else if (kept.clean(field.value) !== kept.clean(had[0])) {
        field.value = had[0]; count += field.matches(TEXTS);
      }
    }
    return count;
  }
  function giveUp(form) {
    for (const field of fields(form)) {
      if (field.matches("[type=checkbox], [type=radio]")) field.checked = field.defaultChecked;
      else if (field.tagName === "SELECT") for (const o of field.options) o.selected = o.defaultSelected;
      else field.value = field.type === "hidden" ? "" : field.defaultValue;
    }
    forget(form);
    form.dispatchEvent(new CustomEvent("kept:put", { bubbles: true }));
  }
  function reveal(form) {
    for (let box = form.closest("details"); box; box = box.parentElement.closest("details")) box.open = true;
    const dialog = form.closest("dialog"), text = fields(form).find((f) => f.matches(TEXTS));
    if (dialog && text) text.autofocus = true; // not the button that gives the text up: one Enter would
    if (dialog && !dialog.open && !document.querySelector("dialog[open]")) dialog.showModal();
  }
  // A form may still stand there, and its fields be closed.
  const takes = (form, draft) => (draft.texts || []).every((name) => fields(form).some((f) => f.name === name));
  function restore(form) {
    const draft = (kept.read().forms || {})[names.get(form)];
    if (!draft || form.querySelector(".unkept") || !takes(form, draft)) return;
    if (document.querySelector(`.doubts [name=kept][value="${draft.id}"]`)) return; // it is asked about just now
    if (!put(form, draft)) { if (!isAnswer) forget(form); return; } // the server has it
    if (draft.action) form.setAttribute("action", draft.action);
    form.prepend(kept.note(kept.words(draft.at), ["放弃", () => giveUp(form)]));
    form.dispatchEvent(new CustomEvent("kept:put", { bubbles: true }));
    reveal(form);
  }
  // What was typed into a form that stands here no longer (the step was taken meanwhile) is shown to be copied.
  function tellLost() {
    const forms = Object.entries(kept.read().forms || {}), there = [...names];
    const isLost = (name, draft) => !there.some(([form, other]) => other === name && takes(form, draft));
    for (const [name, draft] of forms.filter(([n, d]) => d.search === location.search && isLost(n, d))) {
      const texts = (draft.texts || []).map((field) => draft.values[field][0]).filter((text) => text.trim());
      const text = `未保存：您填写过下面的内容，这里现在不能填写了，需要时请复制：${texts.join("；")}`;
      const forgetIt = () => kept.change((page) => { delete page.forms[name]; });
      document.getElementById("content").prepend(kept.note(text, ["放弃", forgetIt]));
    }
  }
  function begin(root) { known(root); for (const form of names.keys()) if (root.contains(form)) restore(form); }

  document.addEventListener("DOMContentLoaded", () => { begin(document); tellLost(); });
  document.addEventListener("htmx:afterSettle", () => begin(document));
  const typed = (event) => { if (event.target.form && !event.isComposing) note(event.target.form); };
  for (const kind of ["input", "change", "compositionend"]) document.addEventListener(kind, typed);
  document.addEventListener("reset", (event) => forget(event.target));
  // A dialog that is shut by will gives up what was typed in it; what is sent from it after all is kept again.
  document.addEventListener("close", (event) => {
    for (const form of event.target.querySelectorAll("form")) forget(form);
  }, true);
  // So does a link that leads away from it; `data-named` where the form was sent and asked about.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-close]"), form = link && link.closest("form");
    if (!form) return;
    forget(form);
    if (link.dataset.named) kept.strike([link.dataset.named]);
  });
  document.addEventListener("submit", (event) => note(event.target));
  // The server is told by which name it can say that it has taken this.
  document.addEventListener("formdata", (event) => {
    const draft = (kept.read().forms || {})[names.get(event.target)];
    if (draft) event.formData.append("kept", draft.id);
  });
})();
