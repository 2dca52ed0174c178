// Passkeys: asks the browser for a key and posts what it answers. Forms bear data-passkey="login", "use" or "add";
// their button stays hidden where the browser has no passkeys.
"use strict";
(() => {
  if (!window.PublicKeyCredential || !navigator.credentials) return;
  const bytes = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
  const text = (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const listed = (keys) => (keys || []).map((key) => ({ ...key, id: bytes(key.id) }));

  function answer(credential) {
    const given = credential.response, response = { clientDataJSON: text(given.clientDataJSON) };
    for (const name of ["attestationObject", "authenticatorData", "signature", "userHandle"]) if (given[name]) response[name] = text(given[name]);
    if (given.getTransports) response.transports = given.getTransports();
    return { id: credential.id, rawId: text(credential.rawId), type: credential.type, response,
      authenticatorAttachment: credential.authenticatorAttachment, clientExtensionResults: credential.getClientExtensionResults() };
  }

  const get = (options) => navigator.credentials.get({ publicKey: { ...options, challenge: bytes(options.challenge), allowCredentials: listed(options.allowCredentials) } });

  function create(options, form) {
    const passwordless = form.elements.passwordless && form.elements.passwordless.checked;
    const selection = { ...options.authenticatorSelection, residentKey: passwordless ? "required" : "discouraged", requireResidentKey: !!passwordless };
    if (passwordless) selection.userVerification = "required";
    return navigator.credentials.create({ publicKey: { ...options, challenge: bytes(options.challenge), user: { ...options.user, id: bytes(options.user.id) },
      excludeCredentials: listed(options.excludeCredentials), authenticatorSelection: selection } });
  }

  async function options(form) {
    if (form.dataset.options) return JSON.parse(form.dataset.options);
    const response = await fetch(form.action, { headers: { Accept: "application/json" } });
    if (!response.ok) throw new Error("no options");
    return response.json();
  }

  for (const form of document.querySelectorAll("form[data-passkey]")) {
    const button = form.querySelector("button");
    button.hidden = false;
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const problem = document.querySelector("[data-passkey-problem]");
      problem.hidden = true;
      try {
        const found = await options(form);
        const credential = form.dataset.passkey === "add" ? await create(found.creation_options.publicKey, form) : await get(found.request_options.publicKey);
        form.elements.credential.value = JSON.stringify(answer(credential));
        form.submit();
      } catch (error) {
        problem.hidden = false;
        problem.focus();
      }
    });
  }
})();
