// What is typed and not yet on the server is kept on this device, by person, address, form and field, until the server
// has it: over a login that timed out, a network that is gone, a closed window. Never passwords, codes, files or hidden
// fields. Bounded in age and size; gone with a logout by will; another person who logs in here is never shown it.
"use strict";
jiheng.kept = (() => {
  const PREFIX = "jiheng.kept:", DAYS = 7, PAGES = 40, MOST = 200000;
  const who = document.querySelector("details.who"), person = who && who.dataset.person;
  const here = () => `${PREFIX}${person}:${location.pathname}`; // a page of questions changes its address (once.js)
  const clean = (text) => String(text).replace(/\r\n?/g, "\n").trim();
  function read(key) {
    try { return JSON.parse(localStorage.getItem(key)) || {}; } catch (error) { return {}; }
  }
  function write(key, page) {
    const isEmpty = !Object.keys(page.forms || {}).length && !Object.keys(page.cells || {}).length;
    try {
      if (isEmpty) { localStorage.removeItem(key); return; }
      const text = JSON.stringify(Object.assign(page, { at: Date.now() }));
      if (text.length <= MOST) localStorage.setItem(key, text);
    } catch (error) { /* a device that keeps nothing: the page goes on as without it */ }
  }
  function change(alter) {
    if (!person) return;
    const page = read(here());
    page.forms = page.forms || {}; page.cells = page.cells || {};
    alter(page); write(here(), page);
  }
  function keys(start = PREFIX) {
    try { return Object.keys(localStorage).filter((key) => key.startsWith(start)); } catch (error) { return []; }
  }
  function sweep() {
    const pages = keys().map((key) => [key, read(key).at || 0]).sort((a, b) => b[1] - a[1]);
    const isOld = ([, at], n) => n >= PAGES || Date.now() - at > DAYS * 86400000;
    for (const [key] of pages.filter(isOld)) localStorage.removeItem(key);
  }
  // The server tells by a cookie which submissions it has taken (jiheng.web.kept): they are unsaved no longer.
  function settle() {
    const told = /(?:^|; )jiheng_taken=([^;]*)/.exec(document.cookie);
    if (!told || !person) return;
    document.cookie = "jiheng_taken=; path=/; max-age=0; samesite=lax";
    strike(told[1].split("."));
  }
  function strike(names) {
    for (const key of keys(`${PREFIX}${person}:`)) {
      const page = read(key);
      for (const [name, form] of Object.entries(page.forms || {})) if (names.includes(form.id)) delete page.forms[name];
      write(key, page);
    }
  }
  sweep(); settle();
  document.addEventListener("submit", (event) => {
    const leaves = (event.target.getAttribute("action") || "").endsWith("/logout/");
    if (leaves && person) for (const key of keys(`${PREFIX}${person}:`)) localStorage.removeItem(key);
  });

  const since = who ? Number(who.dataset.since || 0) * 1000 : 0;
  const words = (at) => `未保存：已恢复您${at < since ? "在登录超时前" : "上次"}填写的内容，请核对后保存。`;
  function note(text, ...buttons) {
    const line = document.createElement("p"), said = document.createElement("span");
    line.className = "unkept noprint"; line.setAttribute("role", "status"); said.textContent = text; line.append(said);
    for (const [label, press] of buttons) {
      const button = document.createElement("button");
      button.type = "button"; button.className = "btn"; button.textContent = label;
      button.addEventListener("click", () => { line.remove(); press(); });
      line.append(button);
    }
    return line;
  }

  // ---- cells, which are saved one by one while one types -----------------------------------------------------------
  // `keep` when typed, with what stood there and the revision seen; `drop` what the server has; `forget` what is given
  // up.
  function keep(values, was, seen) {
    change((page) => {
      for (const [cell, value] of Object.entries(values)) {
        const before = page.cells[cell] || { was: (was || {})[cell], seen };
        page.cells[cell] = { value, was: before.was, seen: before.seen, at: Date.now() };
      }
    });
  }
  function drop(values, seen) {
    settled(Object.keys(values));
    change((page) => {
      for (const [cell, value] of Object.entries(values)) {
        if (page.cells[cell] && clean(page.cells[cell].value) === clean(value)) delete page.cells[cell];
        else if (page.cells[cell]) Object.assign(page.cells[cell], { was: value, seen });
      }
    });
  }
  // What stood on the server where something is shown that was restored: the next save must name it as seen.
  const restored = new Map();
  function standing(was) {
    const found = Object.assign({}, was);
    for (const cell of Object.keys(found)) {
      if (restored.has(cell)) found[cell] = restored.get(cell);
      restored.delete(cell);
    }
    return found;
  }
  let bar = null;
  const offered = new Set();
  function settled(cells) {
    for (const cell of cells) offered.delete(cell);
    if (bar && !offered.size) { bar.remove(); bar = null; }
  }
  function forget(cells) { settled(cells); change((page) => { for (const cell of cells) delete page.cells[cell]; }); }
  // A form offers what was kept of its cells: `text(cell)` is what it shows or null where there is no such cell,
  // `show(cell, value)` puts it there as unsaved, `save(cell, kept)` sends it, `back(cell, text)` gives it up.
  function offer(before, { text, show, save, back }) {
    if (!person) return;
    const cells = read(here()).cells || {}, had = new Map(), gone = [];
    for (const [cell, kept] of Object.entries(cells)) {
      const shown = text(cell);
      if (shown === null) gone.push(kept.value);
      else if (clean(shown) === clean(kept.value)) forget([cell]);
      else {
        had.set(cell, shown); restored.set(cell, kept.was === undefined ? shown : kept.was); offered.add(cell);
        show(cell, kept.value, kept);
      }
    }
    if (!had.size && !gone.length) return;
    const at = Math.max(...Object.values(cells).map((kept) => kept.at));
    const lost = gone.length ? `下面的内容原来所在的格已不在表中：${gone.join("；")}` : "";
    function giveUp() {
      forget(Object.keys(cells)); restored.clear();
      for (const [cell, shown] of had) back(cell, shown);
    }
    const saveAll = () => { for (const cell of [...offered]) if (had.has(cell)) save(cell, read(here()).cells[cell]); };
    const buttons = [["放弃", giveUp]];
    if (had.size) buttons.unshift([`保存这 ${had.size} 格`, saveAll]);
    if (gone.length) offered.add(""); // no save takes this away
    bar = note(`${words(at)}${lost}`, ...buttons);
    before.before(bar);
  }
  return { strike, change, read: () => read(here()), person, words, note, clean, keep, drop, forget, standing, offer };
})();
