// A prediction: a choice or a number, and a button that locks it. Python keeps it, and says when it is locked.

const choices = (options) => {
  const inputs = options.map((option) => make("input", "", { type: "radio", name: "prediction", value: option }));
  const rows = options.map((option, place) => {
    const row = make("label", "", { class: "ecslab-option" });
    row.append(inputs[place], prose("span", option));
    return row;
  });
  const read = () => inputs.find((input) => input.checked)?.value ?? "";
  const show = (value) => inputs.forEach((input) => (input.checked = input.value === value));
  return { inputs, rows, read, show };
};

const number = (unit, span) => {
  const input = make("input", "", { type: "text", inputmode: "decimal", size: 8, autocomplete: "off" });
  const row = make("label", "", { class: "ecslab-field" });
  row.append(make("span", "Your number"), input, make("span", [unit, span].filter(Boolean).join(", ")));
  return { inputs: [input], rows: [row], read: () => input.value, show: (value) => (input.value = value) };
};

function render({ model, el }) {
  const closing = new AbortController();
  const on = (element, kind, action) => element.addEventListener(kind, action, { signal: closing.signal });
  const root = make("form", "", { class: "ecslab ecslab-quiz" });
  const group = make("fieldset");
  const button = make("button", "Lock my prediction", { type: "submit" });
  const skip = make("button", "Skip", { type: "button", class: "ecslab-quiet", title: "See the outcome without a prediction" });
  const message = make("p", "", { role: "status", class: "ecslab-note" });
  const trouble = make("p", "", { role: "alert", class: "ecslab-error" });
  const options = model.get("options");
  const field = options.length ? choices(options) : number(model.get("unit"), model.get("span"));
  group.append(prose("legend", `Predict: ${model.get("question")}`), ...field.rows);
  root.append(group, button, skip, message, trouble);
  el.append(root);

  const draw = () => {
    const locked = model.get("locked");
    field.show(model.get("value"));
    for (const input of field.inputs) input.disabled = locked;
    button.hidden = skip.hidden = locked;
    message.replaceChildren(prose("span", model.get("message")));
    trouble.textContent = model.get("trouble");
    trouble.hidden = !model.get("trouble");
    root.setAttribute("data-status", locked ? "locked" : "open");
  };
  const save = (news) => {
    for (const [name, value] of Object.entries(news)) model.set(name, value);
    model.save_changes();
  };
  on(root, "submit", (event) => {
    event.preventDefault(); // Enter must not reload the page
    if (!model.get("locked")) save({ value: field.read(), asked: model.get("asked") + 1 });
  });
  on(skip, "click", () => save({ skipped: model.get("skipped") + 1 }));
  for (const input of field.inputs) {
    on(input, "change", () => field.read() === model.get("value") || save({ value: field.read() }));
  }
  const watched = "change:value change:locked change:message change:trouble";
  model.on(watched, draw);
  draw();
  return () => {
    closing.abort();
    model.off(watched, draw);
  };
}

export default { render };
