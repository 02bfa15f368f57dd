// A form with data-watch: what has changed is marked and named in its bar, and leaving it asks.

const watched = () => document.querySelectorAll("form[data-watch]");
const initial = new WeakMap();

const controls = (form) => [...form.elements].filter((element) => element.name && element.name !== "csrf_token" && element.type !== "submit");
const valueOf = (element) => (["checkbox", "radio"].includes(element.type) ? element.checked
  : element.type === "select-multiple" ? [...element.selectedOptions].map((option) => option.value).join("\n") : element.value);

function watch(form) {
  if (!initial.has(form)) initial.set(form, new Map(controls(form).map((element) => [element, valueOf(element)])));
}

function changes(form) {
  const before = initial.get(form);
  return before ? controls(form).filter((element) => element.type !== "hidden" && before.get(element) !== valueOf(element)) : [];
}

function mark(form) {
  const fields = new Set(changes(form).map((element) => element.closest("[data-field]")).filter(Boolean));
  for (const field of form.querySelectorAll("[data-field]")) field.toggleAttribute("data-changed", fields.has(field));
  form.toggleAttribute("data-changed", fields.size > 0);
  const names = [...fields].map((field) => field.dataset.field);
  const shown = names.slice(0, 3).join(", ") + (names.length > 3 ? ` and ${names.length - 3} more` : "");
  const words = form.querySelector(".save-bar-words");
  if (words) words.textContent = names.length ? `${names.length === 1 ? "1 change" : `${names.length} changes`}: ${shown}` : form.querySelector("[data-errors]") ? "Not saved yet" : "";
}

// Without a fault the summary has nothing to do; with one its links lead to the control, not past it.
function toField(event) {
  const link = event.target.closest?.("[data-errors] a[href^='#']");
  const field = link && document.getElementById(link.hash.slice(1));
  if (!field) return;
  event.preventDefault();
  const control = field.matches("input, select, textarea") ? field : field.querySelector("input, select, textarea");
  control?.focus();
  (control ?? field).scrollIntoView({ block: "center" });
}

let leaving = false;

document.addEventListener("input", (event) => {
  const form = event.target.form;
  if (form && initial.has(form)) mark(form);
});
document.addEventListener("submit", (event) => { if (initial.has(event.target)) leaving = true; });
document.addEventListener("click", (event) => {
  toField(event);
  const discards = event.target.closest?.("[data-discards]");
  if (discards) leaving = true;
});
window.addEventListener("beforeunload", (event) => {
  if (!leaving && [...watched()].some((form) => changes(form).length)) event.preventDefault();
});
window.addEventListener("pageshow", () => { leaving = false; });

const look = () => { for (const form of watched()) { watch(form); mark(form); } };
look();
document.addEventListener("htmx:load", () => { leaving = false; look(); });
