// A form with data-watch: what has changed is marked and named in its bar, and leaving it asks.

const watched = () => document.querySelectorAll("form[data-watch]");
const initial = new WeakMap();

const controls = (form) => [...form.elements].filter((element) => element.name && element.name !== "csrf_token" && element.type !== "submit");
const valueOf = (element) => (["checkbox", "radio"].includes(element.type) ? element.checked
  : element.type === "select-multiple" ? [...element.selectedOptions].map((option) => option.value).join("\n") : element.value);

const LONGEST = 40;
const MOST_SAID = 3;
const cut = (text) => (text.length > LONGEST ? `${[...text].slice(0, LONGEST - 1).join("")}…` : text);

// A control's value as a person reads it; a secret is never repeated.
function words(element, value) {
  if (element.type === "password") return value ? "a new one" : "as it is";
  if (element.type === "checkbox") return value ? "on" : "off";
  if (element.tagName === "SELECT") {
    const chosen = value.split("\n");
    return cut([...element.options].filter((option) => chosen.includes(option.value)).map((option) => option.text).join(", ")) || "nothing";
  }
  if (element.type === "number") return value ? Number(value).toLocaleString("en-US") : (element.placeholder ? `the plan’s ${element.placeholder}` : "nothing");
  return cut(value.replace("T", element.type === "datetime-local" ? " " : "T").trim()) || "nothing";
}

function watch(form) {
  if (!initial.has(form)) initial.set(form, new Map(controls(form).map((element) => [element, valueOf(element)])));
}

function changes(form) {
  const before = initial.get(form);
  return before ? controls(form).filter((element) => element.type !== "hidden" && before.get(element) !== valueOf(element)) : [];
}

function mark(form) {
  const changed = new Map(); // a row of the form may have several controls
  for (const element of changes(form)) {
    const field = element.closest("[data-field]");
    if (field) changed.set(field, [...(changed.get(field) ?? []), element]);
  }
  for (const field of form.querySelectorAll("[data-field]")) field.toggleAttribute("data-changed", changed.has(field));
  form.toggleAttribute("data-changed", changed.size > 0);
  clearTimeout(speaking);
  speaking = setTimeout(() => form.querySelector(".save-bar-words")?.replaceChildren(...said(form, [...changed])), PAUSE);
}

// Said once one stops typing, so that a screen reader is not given each letter.
const PAUSE = 250;
let speaking;

function said(form, changed) {
  if (!changed.length) return form.querySelector("[data-errors], .asks") ? ["Not saved yet"] : [];
  const parts = changed.slice(0, MOST_SAID).flatMap(([field, elements], number) => [number ? ", " : " ", ...fromTo(form, field, elements)]);
  const more = changed.length > MOST_SAID ? [` and ${changed.length - MOST_SAID} more`] : [];
  return [`${changed.length === 1 ? "1 change" : `${changed.length} changes`}:`, ...parts, ...more];
}

// "Concurrent calls 10 → 25"; of radio buttons and lists of ticks the name alone says enough.
function fromTo(form, field, elements) {
  const name = Object.assign(document.createElement("strong"), { textContent: field.dataset.field });
  const [element] = elements;
  if (elements.length > 1 || element.type === "radio" || element.closest("[role=group]")) return [name];
  if (element.type === "checkbox" && field.querySelector("input[type=password]")) return [name, ` ${element.labels[0].textContent.trim().toLowerCase()}`];
  return [name, " ", isolated(words(element, initial.get(form).get(element))), " → ", isolated(words(element, valueOf(element)))];
}

const isolated = (text) => Object.assign(document.createElement("bdi"), { textContent: text });

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
