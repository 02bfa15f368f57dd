// A form with data-passkey asks the device for a passkey before it is sent, and sends the answer with itself.

const toBytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (sign) => sign.charCodeAt(0));
const toText = (bytes) => btoa(String.fromCharCode(...new Uint8Array(bytes))).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const withIds = (list) => (list ?? []).map((each) => ({ ...each, id: toBytes(each.id) }));

// Browsers of before 2025 do not read and write the JSON of passkeys themselves.
function toMake(options) {
  if (PublicKeyCredential.parseCreationOptionsFromJSON) return PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return { ...options, challenge: toBytes(options.challenge), user: { ...options.user, id: toBytes(options.user.id) }, excludeCredentials: withIds(options.excludeCredentials) };
}

function toSign(options) {
  if (PublicKeyCredential.parseRequestOptionsFromJSON) return PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return { ...options, challenge: toBytes(options.challenge), allowCredentials: withIds(options.allowCredentials) };
}

function asJson(credential) {
  if (credential.toJSON) return credential.toJSON();
  const { response } = credential;
  const parts = ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"].filter((part) => response[part]);
  return {
    id: credential.id, rawId: toText(credential.rawId), type: credential.type, clientExtensionResults: credential.getClientExtensionResults(),
    response: Object.fromEntries(parts.map((part) => [part, toText(response[part])])),
  };
}

async function ask(form) {
  const token = new URLSearchParams({ csrf_token: form.elements.csrf_token.value });
  const answer = await fetch(form.dataset.ask, { method: "POST", body: token, headers: { Accept: "application/json" } });
  if (!answer.ok || !answer.headers.get("Content-Type")?.includes("json")) throw new Error("refused");
  const options = await answer.json();
  return form.dataset.passkey === "make"
    ? navigator.credentials.create({ publicKey: toMake(options) })
    : navigator.credentials.get({ publicKey: toSign(options) });
}

const WORDS = {
  NotAllowedError: "Your device gave no passkey: it was called off, took too long, or it has none for this portal.",
  InvalidStateError: "This device has a passkey of yours for this portal already.",
  SecurityError: "Passkeys do not work at this address. Open the portal by the name it is set up for.",
};

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches?.("[data-passkey]")) return;
  event.preventDefault();
  const says = form.querySelector("[data-passkey-says]"), button = form.querySelector("button[type=submit]");
  says.textContent = "";
  if (!window.PublicKeyCredential) {
    says.textContent = "This browser knows no passkeys, or the portal is not reached by https.";
    return;
  }
  button.disabled = true;
  try {
    form.elements.passkey.value = JSON.stringify(asJson(await ask(form)));
    form.submit();
  } catch (error) {
    says.textContent = WORDS[error.name] ?? "That could not be asked for now. Reload the page, and try again.";
    button.disabled = false;
  }
});

document.addEventListener("click", (event) => { if (event.target.closest?.("[data-prints]")) print(); });
