// A question with a field to write in. Python reads the account, and judges.

const CONTROLS = ["button", "input"];

const make = (tag, text = "", attributes = {}) => {
  const element = document.createElement(tag);
  element.textContent = text; // text, never innerHTML
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  // or JupyterLab takes the arrow keys for itself
  if (CONTROLS.includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  return element;
};

// what stands in backticks is code
const parts = (text) => text.split("`").map((part, n) => make(n % 2 ? "code" : "span", part));

function render({ model, el }) {
  const closing = new AbortController();
  const root = make("form", "", { class: "ecslab ecslab-quiz" });
  const row = make("label", "", { class: "ecslab-field" });
  const question = make("p", "", { class: "ecslab-asked" });
  const input = make("input", "", { type: "text", size: 28, autocomplete: "off", spellcheck: "false" });
  const button = make("button", "Check my answer", { type: "submit" });
  const message = make("p", "", { role: "status", class: "ecslab-note" });
  question.append(...parts(model.get("question")));
  row.append(make("span", "Your answer"), input, make("span", model.get("unit")));
  root.append(question, row, button, message);
  el.append(root);

  const draw = () => {
    message.replaceChildren(...parts(model.get("message")));
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
