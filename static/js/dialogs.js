// Native dialogs opened and closed by links that also work alone; menus that close when one looks away;
// a dangerous button that wakes when what is typed fits.

function open(id, opener) {
  const dialog = document.getElementById(id);
  if (!dialog?.showModal || dialog.open) return Boolean(dialog);
  // The browser gives the focus back to where it was: that is the menu's button, since the menu itself closes.
  const menu = opener?.closest("details[open].menu");
  menu?.querySelector("summary").focus();
  menu?.removeAttribute("open");
  dialog.showModal();
  dialog.querySelector("[autofocus], .dialog-foot [data-closes]")?.focus();
  return true;
}

document.addEventListener("click", (event) => {
  const opens = event.target.closest?.("[data-opens]");
  if (opens && open(opens.dataset.opens, opens)) event.preventDefault();
  const closes = event.target.closest?.("[data-closes]");
  const dialog = closes?.closest("dialog");
  if (dialog) {
    event.preventDefault();
    dialog.close();
  }
  // The backdrop belongs to the dialog, but lies outside its box.
  if (event.target instanceof HTMLDialogElement && event.target.open) {
    const box = event.target.getBoundingClientRect();
    const inside = event.clientX >= box.left && event.clientX <= box.right && event.clientY >= box.top && event.clientY <= box.bottom;
    if (!inside && event.clientX + event.clientY > 0) event.target.close();
  }
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});

document.addEventListener("keydown", (event) => {
  const menu = document.querySelector("details.menu[open]");
  if (!menu) return;
  if (event.key === "Escape") {
    menu.removeAttribute("open");
    menu.querySelector("summary").focus();
    event.preventDefault();
  } else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    if (!menu.contains(document.activeElement)) return;
    const items = [menu.querySelector("summary"), ...menu.querySelectorAll(".menu-body :is(a, button, input)")];
    const next = items[items.indexOf(document.activeElement) + (event.key === "ArrowDown" ? 1 : -1)];
    next?.focus();
    event.preventDefault();
  }
});

document.addEventListener("focusin", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});

function wake(input) {
  const button = document.getElementById(input.dataset.wakes);
  if (button) button.disabled = input.value !== input.dataset.expects;
}

document.addEventListener("input", (event) => { if (event.target.dataset?.wakes) wake(event.target); });

function ready() {
  for (const input of document.querySelectorAll("[data-wakes]")) wake(input);
}

ready();
document.addEventListener("htmx:load", ready);

// A link to a dialog followed without this module: open it properly now that it is here.
const asked = location.hash.slice(1);
if (asked && document.getElementById(asked) instanceof HTMLDialogElement) {
  history.replaceState(history.state, "", location.pathname + location.search);
  open(asked);
}
