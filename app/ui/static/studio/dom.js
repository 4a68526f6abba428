// Makes elements. What comes from the server goes in as text or as an attribute, never as markup.

const AS_PROPERTY = new Set(["value", "checked", "indeterminate", "open"]);
let lastId = 0;

export const newId = (stem = "f") => `${stem}-${++lastId}`;

// `on` + event name listens; `data` is the dataset; false, null and undefined leave a part out.
export function h(tag, props, ...children) {
  const element = document.createElement(tag);
  const later = [];
  for (const [name, value] of Object.entries(props ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    // A select takes its value only once it has its options.
    else if (AS_PROPERTY.has(name)) later.push([name, value]);
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  for (const [name, value] of later) element[name] = value;
  return element;
}

export function append(element, ...children) {
  const shown = children.flat(Infinity).filter((child) => child || child === 0);
  element.append(...shown);
  return element;
}

export const clear = (element, ...children) => {
  element.replaceChildren();
  return append(element, children);
};

const SVG = "http://www.w3.org/2000/svg";

export function icon(name, box = 16) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", `0 0 ${box} ${box}`);
  svg.setAttribute("aria-hidden", "true");
  svg.setAttribute("class", "icon");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const unseen = (text) => h("span", { class: "unseen" }, text);

// The head of a view; the heading takes the focus when the view is shown.
export const viewHead = (title, lead, ...actions) =>
  h("div", { class: "view-head" },
    h("div", { class: "view-name" },
      h("h1", { tabindex: "-1" }, title),
      lead && h("p", { class: "lead" }, lead)),
    actions.length > 0 && h("div", { class: "actions" }, actions));

// A link to an address that a rule or an item holds, unless it is none of the web's.
export const outward = (address) =>
  /^(https?:\/\/|\/(?!\/))/i.test(address)
    ? h("a", { href: address, target: "_blank", rel: "noopener noreferrer" }, address)
    : h("span", {}, String(address));

export function later(run, ms) {
  let timer;
  return (...args) => {
    clearTimeout(timer);
    timer = setTimeout(() => run(...args), ms);
  };
}
