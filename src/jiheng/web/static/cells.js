// Cells as in a worksheet, once for every form: one click or the keyboard chooses a cell, typing then replaces what
// stands in it, and F2, Enter or a second click edits it. A finger, which cannot point without pressing, edits at once.
// A form says what its cells are and how one is saved (`host`); which gesture means what is decided here alone.
//
//   cellAt(element)     the cell that this element lies in, or null
//   chosen()            the cell that is chosen, or null
//   isEditing()         whether its text is being written
//   field(element)      whether this is the element that is typed into
//   choose(cell, by)    choose it; `by` is "pointer" where it was clicked on
//   edit(keep)          begin to write: on the old text (`keep`), or on what was just typed instead of it
//   text()              the text of the chosen cell
//   commit(), cancel()  end writing: save, or put back what stood there
//   clear()             empty the chosen cell
//   typed(field)        optional: something was typed into it; half-composed Chinese is nobody's text yet
//   move(dx, dy)        choose the next cell that way; whether there is one
//   keys(event)         optional: keys of this form alone; whether it took this one
//   opens(cell)         optional: whether a first click already does what a second one would
//   tabsItself          optional: whether the Tab key goes the way of the browser, where more than cells can be reached
"use strict";
jiheng.cells = (holder, host) => {
  let finger = false, typed = false;
  const isEditing = () => host.isEditing();
  function edit(keep) { typed = !keep; host.edit(keep); }
  function leave(dx, dy) {
    if (isEditing()) host.commit();
    if (host.move(dx, dy)) return true;
    if (dy && host.chosen()) host.choose(host.chosen());
    return false;
  }

  holder.addEventListener("pointerdown", (event) => { finger = event.pointerType !== "mouse"; });
  holder.addEventListener("mousedown", (event) => {
    const cell = host.cellAt(event.target);
    if (!cell || event.button) return;
    const isHere = cell === host.chosen() && cell.contains(document.activeElement);
    if (isHere && isEditing()) {
      if (!host.field(event.target)) event.preventDefault(); // beside the text: it goes on being written
      return;
    }
    event.preventDefault();
    if (!isHere) host.choose(cell, "pointer");
    if (isHere || finger || (host.opens && host.opens(cell))) edit(true);
  });
  holder.addEventListener("focusin", (event) => {
    const cell = host.cellAt(event.target);
    if (cell === event.target && !(cell === host.chosen() && (isEditing() || host.field(cell)))) host.choose(cell);
  });

  // The first letter of an input method is a composition, and nobody's text yet: it replaces what stood there as well.
  const begin = (event) => { if (host.field(event.target) && !isEditing()) edit(false); };
  holder.addEventListener("compositionstart", begin, true);
  holder.addEventListener("input", begin, true);
  const hear = (event) => {
    if (host.typed && host.field(event.target) && !event.isComposing) host.typed(event.target);
  };
  holder.addEventListener("input", hear);
  holder.addEventListener("compositionend", hear);

  const isOneLine = (field) => field.clientHeight < 2 * parseFloat(getComputedStyle(field).lineHeight || 0) + 4;
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  function press(event) {
    const key = event.key, isPlain = !event.ctrlKey && !event.metaKey && !event.altKey, way = ARROWS[key];
    if (host.keys && host.keys(event)) return true;
    if (key === "Tab" && host.tabsItself) { if (isEditing()) host.commit(); return false; }
    if (key === "Tab") return leave(event.shiftKey ? -1 : 1, 0);
    if (key === "F2") { edit(true); return true; }
    if (key === "Escape" && isEditing()) { host.cancel(); return true; }
    if (!isPlain) return false;
    if (key === "Enter" && !event.shiftKey) { if (isEditing()) leave(0, 1); else edit(true); return true; }
    if (way && !isEditing()) { host.move(...way); return true; }
    if ((key === "Home" || key === "End") && !isEditing()) return true; // a chosen cell is chosen as a whole
    // After typing, up and down lead on, as in a worksheet; on text that was opened they walk through its lines.
    if (way && way[1] && typed && isOneLine(event.target)) { leave(...way); return true; }
    if ((key === "Delete" || key === "Backspace") && !isEditing()) { host.clear(); return true; }
    return false;
  }
  holder.addEventListener("keydown", (event) => {
    if (!host.field(event.target) || event.isComposing || event.keyCode === 229) return;
    if (press(event)) event.preventDefault();
  });
  for (const kind of ["copy", "cut"]) {
    holder.addEventListener(kind, (event) => {
      if (!host.field(event.target) || isEditing()) return;
      event.preventDefault();
      event.clipboardData.setData("text/plain", host.text());
      if (kind === "cut") host.clear();
    });
  }
};

// One textarea that travels from cell to cell: it stands unseen in the chosen one, so that typing (Chinese too) begins
// at once, and takes the place of the text (`.v`) when that is edited.
jiheng.travelling = () => {
  const input = document.createElement("textarea");
  input.className = "cellinput ready"; input.rows = 1; input.spellcheck = false; input.autocomplete = "off";
  const textOf = (cell) => cell.querySelector(".v").textContent;
  let at = null;
  const grow = () => { input.style.height = "auto"; input.style.height = `${input.scrollHeight}px`; };
  function rest() {
    input.classList.add("ready"); input.value = ""; input.style.height = "";
    if (at) at.classList.remove("edit");
  }
  function leave() {
    rest();
    if (at) { at.classList.remove("chosen"); at.tabIndex = 0; }
    at = null;
  }
  function sit(cell, place = "append") {
    leave();
    at = cell; cell.classList.add("chosen"); cell.tabIndex = -1; cell[place](input); // Shift+Tab leaves the cell
    const why = cell.title ? `。${cell.title}` : "";
    input.setAttribute("aria-label", `${cell.dataset.label || "指标"}：${textOf(cell) || "空"}${why}`);
    input.focus({ preventScroll: true });
  }
  function open(keep) {
    at.classList.add("edit"); input.classList.remove("ready");
    if (keep) { input.value = textOf(at); input.setSelectionRange(input.value.length, input.value.length); }
    grow();
  }
  return { input, textOf, grow, rest, sit, open, leave };
};
