// Keys for those who keep their hands there: / ? Esc, g t, j k in tables, arrows in charts. None has a modifier.

const places = { t: "/tenants", h: "/", u: "/usage", a: "/activity" };
let leader = 0;

const writes = (element) => element.closest("input, textarea, select, [contenteditable]");
const rows = () => [...document.querySelectorAll("main tbody .name-cell a")];

function step(list, by) {
  if (!list.length) return false;
  const row = document.activeElement.closest?.("tr");
  const at = list.findIndex((link) => link === document.activeElement || (row && row.contains(link)));
  const next = list[at < 0 ? 0 : Math.min(Math.max(at + by, 0), list.length - 1)];
  next.focus();
  next.closest("tr").scrollIntoView({ block: "nearest" });
  return true;
}

function inChart(event) {
  const point = event.target.closest?.("[data-chart] .point");
  if (!point) return false;
  const points = [...point.closest("[data-chart]").querySelectorAll(".point")];
  const at = points.indexOf(point);
  const next = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: points.length - 1 }[event.key];
  if (next === undefined || !points[next]) return false;
  point.setAttribute("tabindex", "-1");
  points[next].setAttribute("tabindex", "0");
  points[next].focus();
  return true;
}

function search() {
  const box = document.querySelector("main input[type=search]");
  box?.focus();
  box?.select();
  return Boolean(box);
}

function go(key) {
  // Only where the person's own navigation leads.
  const link = document.querySelector(`.side-nav a[href="${places[key]}"]`);
  link?.click();
  return Boolean(link);
}

function answer(event) {
  if (inChart(event)) return true;
  const inTable = event.target.closest?.("tbody tr");
  switch (event.key) {
    case "/": return search();
    case "?": document.getElementById("keys")?.showModal(); return true;
    case "j": return step(rows(), 1);
    case "k": return step(rows(), -1);
    case "ArrowDown": return Boolean(inTable) && step(rows(), 1);
    case "ArrowUp": return Boolean(inTable) && step(rows(), -1);
    default: return false;
  }
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (event.key === "Escape" && event.target.matches?.("input[type=search]")) {
    if (!event.target.value) event.target.blur();
    return;
  }
  if (writes(event.target) && event.target.type !== "checkbox") return;
  if (document.querySelector("dialog[open]")) return;
  const led = Date.now() - leader < 1200;
  leader = event.key === "g" ? Date.now() : 0;
  if (led ? event.key in places && go(event.key) : answer(event)) event.preventDefault();
});
