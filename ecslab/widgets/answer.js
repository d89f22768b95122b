// A question with a field to write in. Python reads the account, and judges.

function render({ model, el }) {
  const closing = new AbortController();
  const root = make("form", "", { class: "ecslab ecslab-quiz" });
  const row = make("label", "", { class: "ecslab-field" });
  const question = prose("p", model.get("question"), { class: "ecslab-asked" });
  const input = make("input", "", { type: "text", size: 28, autocomplete: "off", spellcheck: "false" });
  const button = make("button", "Check my answer", { type: "submit" });
  const message = make("p", "", { role: "status", class: "ecslab-note" });
  row.append(make("span", "Your answer"), input, make("span", model.get("unit")));
  root.append(question, row, button, message);
  el.append(root);

  const draw = () => {
    message.replaceChildren(prose("span", model.get("message")));
    root.setAttribute("data-status", model.get("status"));
  };
  const drawEntered = () => (input.value = model.get("entered"));
  const submit = (event) => {
    event.preventDefault(); // Enter must not reload the page
    model.set("entered", input.value);
    model.set("asked", model.get("asked") + 1);
    model.save_changes();
  };
  root.addEventListener("submit", submit, { signal: closing.signal });
  const watched = "change:status change:message";
  model.on(watched, draw);
  model.on("change:entered", drawEntered);
  drawEntered();
  draw();
  return () => {
    closing.abort();
    model.off(watched, draw);
    model.off("change:entered", drawEntered);
  };
}

export default { render };
