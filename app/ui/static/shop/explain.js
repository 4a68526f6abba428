// Why a hit stands where it does, in a drawer at the side that can be leafed through.

const dialog = () => document.getElementById("drawer");
const title = () => document.getElementById("drawer-title");
let at = -1;

const explained = () => [...document.querySelectorAll(".why")];

function show(n) {
  const all = explained();
  const why = all[n];
  if (!why) return;
  at = n;
  const card = why.closest(".card");
  title().textContent = `#${card.dataset.position} ${card.dataset.title}`;
  const body = dialog().querySelector(".drawer-body");
  body.replaceChildren(why.querySelector(".trace").cloneNode(true));
  body.scrollTop = 0;
  for (const step of dialog().querySelectorAll("[data-step]")) {
    step.disabled = !all[n + Number(step.dataset.step)];
  }
}

document.addEventListener("click", (event) => {
  const summary = event.target.closest?.(".why > summary");
  if (summary) {
    event.preventDefault();
    show(explained().indexOf(summary.parentElement));
    dialog().showModal();
    title().focus();
    dialog().addEventListener("close", () => explained()[at]?.querySelector("summary").focus(), { once: true });
  }
  const step = event.target.closest?.("#drawer [data-step]");
  if (step) {
    show(at + Number(step.dataset.step));
    title().focus();
  }
});

// Every drawer closes by its cross, and by a click beside it.
document.addEventListener("click", ({ target }) => {
  if (target.closest?.("[data-close]") || target.matches?.("dialog.drawer")) target.closest("dialog").close();
});
