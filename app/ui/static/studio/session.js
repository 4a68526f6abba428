// The key of this tab and what it may do. It lives in sessionStorage: closing the tab forgets it.

const STORED = "endcap.key";
let mine = null;

export const session = {
  get key() {
    return sessionStorage.getItem(STORED);
  },
  get me() {
    return mine;
  },
  begin(key, me) {
    sessionStorage.setItem(STORED, key);
    mine = me;
  },
  end() {
    sessionStorage.removeItem(STORED);
    mine = null;
  },
};

export const may = (scope) =>
  Boolean(mine) && (mine.scopes.includes("admin") || mine.scopes.includes(scope));

const MEANS = {
  "rules:read": "read rules",
  "rules:write": "change rules",
  "rules:publish": "publish rules",
  models: "look at models and experiments",
  admin: "manage keys",
};

export const refusal = (scope) =>
  `Your key may not ${MEANS[scope] ?? "do this"}: it needs the scope ${scope}.`;

// Leaves a control as it is where the key allows it; else it stays in the order of the keyboard,
// so that the reason can be heard, and does nothing.
export function guard(control, scope) {
  if (may(scope)) return control;
  control.setAttribute("aria-disabled", "true");
  control.setAttribute("aria-description", refusal(scope));
  control.title = refusal(scope);
  const stop = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  control.addEventListener("click", stop, true);
  if (control.matches("input, textarea, select")) {
    control.addEventListener("keydown", (event) => event.key !== "Tab" && stop(event), true);
  }
  return control;
}
