// What can be done with models as they are: one made live, and the way back.

import { models } from "./api.js";
import { confirmed } from "./dialog.js";
import { h } from "./dom.js";
import { begun, nameOf, reasonWords, versionName } from "./model_words.js";
import { complain, say } from "./status.js";

async function change(work, said, done) {
  try {
    say(said(await work()));
  } catch (problem) {
    complain(problem);
  }
  await done();
}

export async function promote(model, { live }, done) {
  const refused = model.gate && !model.gate.passed;
  const name = `the model of ${nameOf(model)}`;
  const text = `It takes the place of ${live ? versionName(live) : "the order of retrieval"} within seconds. ` +
    "Rolling back is one step.";
  const sure = await confirmed(refused
    ? { title: "Promote it although the gate refused it?", text, action: "Promote all the same", danger: true,
      body: h("ul", { class: "reasons" },
        model.gate.reasons.map((reason) => h("li", {}, `${begun(reasonWords(reason))}.`))) }
    : { title: `Promote ${name}?`, action: "Promote",
      text: model.gate ? text : `${text} It never stood before the gate.` });
  if (!sure) return;
  await change(() => models.promote(model.version, refused), () => `${begun(name)} is live.`, done);
}

export const canRollBack = ({ rollback_to: earlier }) => Boolean(earlier);

export async function rollBack({ live, rollback_to: earlier }, done) {
  const sure = await confirmed({ title: `Go back to ${versionName(earlier)}?`, action: "Go back",
    text: `It was live before ${versionName(live)}, and is again within seconds. No model is lost.` });
  if (sure) await change(models.rollback, ({ version }) => `${begun(versionName(version))} is live again.`, done);
}
