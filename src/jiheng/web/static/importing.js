// Files dropped on the page, and their names before they are sent.
"use strict";
(() => {
  const drop = document.getElementById("drop"), input = document.getElementById("files"), chosen = document.getElementById("chosen");
  if (!drop) return;
  const show = () => {
    chosen.textContent = "";
    for (const file of input.files) { const line = document.createElement("li"); line.textContent = file.name + "（" + (file.size / 1048576).toFixed(2) + " MB）"; chosen.appendChild(line); }
  };
  input.addEventListener("change", show);
  for (const name of ["dragover", "dragenter"]) drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add("over"); });
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => { event.preventDefault(); input.files = event.dataTransfer.files; show(); });
})();
