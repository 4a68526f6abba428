// Who is shopping, as far as the browser's storage may know: a random name, and one for this visit.

const kept = (storage, name) => {
  try {
    const made = [...crypto.getRandomValues(new Uint8Array(16))];
    return (storage()[name] ??= made.map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  } catch {
    return ""; // Storage is turned off: nobody in particular.
  }
};

export const client_id = kept(() => localStorage, "endcap-client");
export const session_id = kept(() => sessionStorage, "endcap-session");

// A page that came by its address was searched for without a name; all that follow have one.
document.addEventListener("htmx:configRequest", ({ detail }) => {
  if (client_id) Object.assign(detail.parameters, { client_id, session_id });
});
