// Which view the location's hash asks for: `#/rules/edit/ID?tab=json`. Reload and Back keep it.

export function parse(hash) {
  const [path, search = ""] = hash.replace(/^#\/?/, "").split("?", 2);
  const steps = path.split("/").filter(Boolean).map(decoded);
  return { steps, params: new URLSearchParams(search) };
}

export function address(steps, params = {}) {
  const given = Object.entries(params).filter(([, value]) => value || value === 0);
  const search = given.length ? `?${new URLSearchParams(given)}` : "";
  return `#/${steps.map(encodeURIComponent).join("/")}${search}`;
}

export const go = (steps, params) => (location.hash = address(steps, params));

// Changes the address without showing the view anew, for what the view has already shown.
export function note(steps, params) {
  history.replaceState(null, "", address(steps, params));
  dispatchEvent(new Event("noted"));
}

function decoded(step) {
  try {
    return decodeURIComponent(step);
  } catch {
    return step;
  }
}
