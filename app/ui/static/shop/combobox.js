// A text box with a list below it, as the ARIA Authoring Practices describe it: the focus stays in
// the box, and the arrow keys move through the list.

export class Combobox {
  #options = [];
  #at = -1;
  #typed = "";

  // `draw(option, id)` gives an element; `choose(option)` is called with what was chosen.
  constructor(input, list, { draw, choose }) {
    Object.assign(this, { input, list, draw, choose });
    input.setAttribute("role", "combobox");
    input.setAttribute("aria-autocomplete", "list");
    input.setAttribute("aria-controls", list.id);
    input.setAttribute("aria-expanded", "false");
    input.addEventListener("keydown", (event) => this.#key(event));
    input.addEventListener("blur", () => this.close());
    // A press would take the focus out of the box, and close the list before the click.
    list.addEventListener("mousedown", (event) => event.preventDefault());
    list.addEventListener("click", ({ target }) => {
      const n = this.#elements().indexOf(target.closest("[role=option]"));
      if (n >= 0) this.#take(n);
    });
  }

  get isOpen() {
    return !this.list.hidden;
  }

  show(groups) {
    this.#options = groups.flatMap(({ options }) => options);
    this.#at = -1;
    this.#typed = this.input.value;
    let n = 0;
    this.list.replaceChildren(...groups.map(({ label, options }, g) => {
      const group = document.createElement("div");
      const head = document.createElement("div");
      Object.assign(head, { className: "kind", id: `${this.list.id}-kind-${g}`, textContent: label });
      group.setAttribute("role", "group");
      group.setAttribute("aria-labelledby", head.id);
      group.append(head, ...options.map((option) => this.draw(option, `${this.list.id}-${n++}`)));
      return group;
    }));
    this.#open(this.#options.length > 0);
  }

  close() {
    this.#open(false);
  }

  #open(isOpen) {
    this.list.hidden = !isOpen;
    this.list.scrollTop = 0;
    this.input.setAttribute("aria-expanded", isOpen);
    if (!isOpen) this.#mark(-1);
  }

  #elements() {
    return [...this.list.querySelectorAll("[role=option]")];
  }

  #mark(n) {
    this.#at = n;
    this.#elements().forEach((element, m) => element.setAttribute("aria-selected", m === n));
    const marked = this.#elements()[n];
    if (marked) this.input.setAttribute("aria-activedescendant", marked.id);
    else this.input.removeAttribute("aria-activedescendant");
    marked?.scrollIntoView({ block: "nearest" });
  }

  // Past the last is the box itself again, with what was typed.
  #move(step) {
    const places = this.#options.length + 1;
    this.#mark(((this.#at + 1 + step + places) % places) - 1);
    const option = this.#options[this.#at];
    this.input.value = option?.kind === "query" ? option.text : this.#typed;
  }

  #take(n) {
    const option = this.#options[n];
    this.close();
    this.choose(option);
  }

  #key(event) {
    if (event.isComposing) return;
    if (event.key === "Escape" && this.isOpen) {
      event.preventDefault(); // Else the box would be emptied.
      this.input.value = this.#typed;
      this.close();
    } else if ((event.key === "ArrowDown" || event.key === "ArrowUp") && this.#options.length) {
      event.preventDefault();
      if (!this.isOpen) this.#open(true);
      this.#move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter" && this.isOpen) {
      if (this.#at < 0) return this.close(); // The form is sent as it stands.
      event.preventDefault();
      this.#take(this.#at);
    }
  }
}
