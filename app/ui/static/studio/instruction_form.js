// “Then”: the rule's instructions, one row each. One that the form cannot hold exactly is JSON.

import { h, icon } from "./dom.js";
import { group, jsonField } from "./fields.js";
import { KINDS } from "./instruction_kinds.js";
import { rows } from "./rows.js";
import { isObject } from "./shape.js";

export function instructionForm(then, change) {
  const made = rows({
    values: then,
    change,
    name: (instruction, n) => `instruction ${n + 1}: ${nameOf(instruction)}`,
    path: (n) => `[${n}]`,
    render: renderInstruction,
  });
  const adders = Object.entries(KINDS).map(([kind, { name, start }]) =>
    h("button", { type: "button", class: "adder", data: { adds: kind },
      onclick: () => made.push({ [kind]: start }) }, icon("plus"), name));
  return [made.element, h("div", { class: "adders" }, adders)];
}

function kindOf(instruction) {
  const kinds = isObject(instruction) ? Object.keys(instruction) : [];
  const kind = kinds.length === 1 && Object.hasOwn(KINDS, kinds[0]) ? kinds[0] : "";
  return kind && KINDS[kind].fits(instruction[kind]) ? kind : "";
}

const nameOf = (instruction) => KINDS[kindOf(instruction)]?.name ?? "as JSON";

function renderInstruction(instruction, change) {
  const kind = kindOf(instruction);
  if (!kind) return jsonField("", "Instruction as JSON", instruction, change);
  const form = KINDS[kind].form(instruction[kind], (value) => change({ [kind]: value }));
  return group(`.${kind}`, KINDS[kind].name, form);
}
