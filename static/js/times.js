// Moments in the reader's own zone; the exact one in UTC stays on hover.

const words = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });

function tell(root) {
  for (const time of root.querySelectorAll?.("time[data-local]") ?? []) time.textContent = words.format(new Date(time.dateTime));
}

tell(document);
document.addEventListener("htmx:load", (event) => tell(event.target));
