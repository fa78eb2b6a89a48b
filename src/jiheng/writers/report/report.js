"use strict";
(function () {
  var table = document.getElementById("overview"), body = table.tBodies[0], search = document.getElementById("search"), only = document.getElementById("only");
  function value(row, column) { var text = row.cells[column].textContent.trim(), number = parseFloat(text); return text !== "" && !isNaN(number) && /^[\d.]+$/.test(text) ? number : text; }
  Array.prototype.forEach.call(table.tHead.rows[0].cells, function (head, column) {
    head.tabIndex = 0;
    function sort() {
      var down = head.getAttribute("aria-sort") !== "descending";
      Array.prototype.forEach.call(table.tHead.rows[0].cells, function (other) { other.removeAttribute("aria-sort"); });
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      Array.prototype.slice.call(body.rows).sort(function (a, b) {
        var x = value(a, column), y = value(b, column);
        var order = typeof x === "number" && typeof y === "number" ? x - y : String(x).localeCompare(String(y), "zh");
        return down ? -order : order;
      }).forEach(function (row) { body.appendChild(row); });
    }
    head.addEventListener("click", sort);
    head.addEventListener("keydown", function (event) { if (event.key === "Enter") sort(); });
  });
  function filter() {
    var wanted = search.value.trim().toLowerCase();
    Array.prototype.forEach.call(body.rows, function (row) {
      row.hidden = (wanted && row.textContent.toLowerCase().indexOf(wanted) < 0) || (only.checked && row.dataset.e === "0");
    });
  }
  search.addEventListener("input", filter);
  only.addEventListener("change", filter);
  document.getElementById("print").addEventListener("click", function () { window.print(); });
  document.addEventListener("click", function (event) {
    var pair = event.target.closest(".pair"), find = event.target.closest("[data-finding]"), cell = event.target.closest("[data-findings]");
    if (!pair || !(find || cell)) return;
    Array.prototype.forEach.call(document.querySelectorAll(".on"), function (on) { on.classList.remove("on"); });
    var numbers = find ? [find.dataset.finding] : cell.dataset.findings.split(" ");
    Array.prototype.forEach.call(pair.querySelectorAll("[data-findings]"), function (one) {
      if (one.dataset.findings.split(" ").some(function (n) { return numbers.indexOf(n) >= 0; })) { one.classList.add("on"); if (find) one.scrollIntoView({ block: "center", behavior: "smooth" }); }
    });
    Array.prototype.forEach.call(pair.querySelectorAll("[data-finding]"), function (one) { if (numbers.indexOf(one.dataset.finding) >= 0) { one.classList.add("on"); if (cell) one.scrollIntoView({ block: "nearest", behavior: "smooth" }); } });
  });
})();
