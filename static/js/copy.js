// Copies what a button names, and says so where it was pressed.

document.addEventListener("click", async (event) => {
  const button = event.target.closest?.("[data-copy]");
  if (!button) return;
  const words = button.querySelector("span");
  const before = words.textContent;
  try {
    await navigator.clipboard.writeText(button.dataset.copy);
    document.dispatchEvent(new CustomEvent("portal:message", { detail: { text: "Copied", tone: "good" } }));
    words.textContent = "Copied";
    setTimeout(() => { words.textContent = before; }, 2000);
  } catch {
    // Without leave to use the clipboard (plain http, say) the text is selected, for the person's own key.
    const text = button.parentElement.querySelector("code, input");
    if (text) getSelection().selectAllChildren(text);
  }
});
