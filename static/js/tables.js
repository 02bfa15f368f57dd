// A tick in a table's head ticks every row, the bar says how many; a filter's button says how many of its choices are set.
// What was pressed may be gone after an exchange, as "Next" on the last page: the focus then goes to what is beside it.

function select(area, box) {
  const ticks = [...area.querySelectorAll("tbody .tick-cell .tick")];
  const all = area.querySelector("thead .tick-cell .tick");
  if (box === all) for (const tick of ticks) tick.checked = all.checked;
  const chosen = ticks.filter((tick) => tick.checked).length;
  if (all) {
    all.checked = chosen > 0 && chosen === ticks.length;
    all.indeterminate = chosen > 0 && chosen < ticks.length;
  }
  const words = area.querySelector(".selection-words");
  if (words) words.textContent = `${chosen} selected`;
}

function count(menu) {
  const number = menu.querySelector(".filter-number");
  const chosen = [...menu.querySelectorAll(".tick:checked")].filter((tick) => tick.value).length;
  number.hidden = chosen === 0;
  number.lastChild.textContent = chosen;
}

document.addEventListener("change", (event) => {
  const box = event.target.closest?.(".tick");
  const area = box?.closest(".selectable");
  const menu = box?.closest(".filter");
  if (area) select(area, box);
  if (menu) count(menu);
});

// A filter that opens asks for its numbers, and again when the table behind it has changed.
const askForNumbers = (menu) => menu.dispatchEvent(new Event("opened"));
document.addEventListener("toggle", (event) => {
  if (event.target.open && event.target.matches?.(".filter[hx-get]")) askForNumbers(event.target);
}, true);
document.addEventListener("htmx:afterSettle", (event) => {
  if (!event.target.querySelector?.("table, .empty")) return; // the numbers themselves
  for (const menu of document.querySelectorAll(".filter[open][hx-get]")) askForNumbers(menu);
});

let focusWas = "";

document.addEventListener("htmx:beforeSwap", (event) => {
  const { target } = event.detail;
  focusWas = target.contains(document.activeElement) ? target.id : "";
});

document.addEventListener("htmx:afterSettle", () => {
  const place = focusWas && document.activeElement === document.body && document.getElementById(focusWas);
  focusWas = "";
  if (!place) return;
  const beside = place.querySelector(".pager a, .table-wrap[tabindex]") ?? place;
  if (beside === place) place.tabIndex = -1;
  beside.focus({ preventScroll: true });
});
