// Two selects: CPU, and the memory sizes that go with it. Python keeps the pair valid and works out the price.

const fill = (select, options, chosen) => {
  select.replaceChildren(...options.map(({ value, label }) => make("option", label, { value })));
  select.value = chosen;
};

const field = (label, control) => {
  const row = make("label", "", { class: "ecslab-field" });
  row.append(make("span", label), control);
  return row;
};

function render({ model, el }) {
  const root = make("fieldset", "", { class: "ecslab ecslab-size" });
  const cpu = make("select");
  const memory = make("select");
  const price = make("output", "", { class: "ecslab-price", "aria-live": "polite" });
  const note = make("p", "", { class: "ecslab-note" });
  root.append(make("legend", "Task size"), field("CPU", cpu), field("Memory", memory), price, note);
  el.append(root);

  const draw = () => {
    const sizes = model.get("sizes");
    const row = sizes.find((size) => size.cpu === model.get("cpu"));
    fill(cpu, sizes.map((size) => ({ value: size.cpu, label: size.label })), model.get("cpu"));
    fill(memory, row.memories.map((size) => ({ value: size.memory, label: size.label })), model.get("memory"));
    price.textContent = model.get("price");
    note.textContent = model.get("note");
    root.setAttribute("data-size", `${model.get("cpu")}/${model.get("memory")}`);
  };
  const choose = (name, select) => () => {
    model.set(name, select.value);
    model.save_changes();
  };
  const chooseCpu = choose("cpu", cpu);
  const chooseMemory = choose("memory", memory);
  cpu.addEventListener("change", chooseCpu);
  memory.addEventListener("change", chooseMemory);
  const watched = "change:cpu change:memory change:sizes change:price change:note";
  model.on(watched, draw);
  draw();
  return () => {
    model.off(watched, draw);
    cpu.removeEventListener("change", chooseCpu);
    memory.removeEventListener("change", chooseMemory);
  };
}

export default { render };
