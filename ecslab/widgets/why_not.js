// Six questions of yes or no. Python reads the account when the button is pressed, and judges.

const ANSWERS = ["yes", "no"];

const asked = ({ name, text }) => {
  const row = make("div", "", { class: "ecslab-yes-no", role: "radiogroup", "aria-label": text });
  const note = make("span", "", { class: "ecslab-note" });
  const inputs = ANSWERS.map((value) => make("input", "", { type: "radio", name, value }));
  const labels = inputs.map((input) => {
    const label = make("label");
    label.append(input, make("span", input.value));
    return label;
  });
  row.append(make("span", text), ...labels, note);
  const show = (guess) => inputs.forEach((input) => (input.checked = input.value === guess));
  const judge = (judged) => {
    note.textContent = !judged ? "" : judged.mark ? `${judged.mark}: the account says ${judged.answer}` : judged.answer;
    row.setAttribute("data-mark", judged?.mark ?? "");
  };
  return { name, row, inputs, show, judge };
};

function render({ model, el }) {
  const closing = new AbortController();
  const on = (element, kind, action) => element.addEventListener(kind, action, { signal: closing.signal });
  const root = make("form", "", { class: "ecslab ecslab-quiz ecslab-why-not" });
  const fields = model.get("questions").map((question) => asked(question));
  const button = make("button", "Ask the account", { type: "submit" });
  const message = make("p", "", { role: "status", class: "ecslab-reason" });
  root.append(...fields.map(({ row }) => row), button, message);
  el.append(root);

  const drawGuesses = () => fields.forEach(({ name, show }) => show(model.get("guesses")[name]));
  const draw = () => {
    const rows = model.get("rows");
    for (const { name, judge } of fields) judge(rows.find((row) => row.name === name));
    message.textContent = model.get("message");
    message.hidden = !model.get("message");
  };
  on(root, "submit", (event) => {
    event.preventDefault(); // Enter must not reload the page
    model.set("asked", model.get("asked") + 1);
    model.save_changes();
  });
  for (const { name, inputs } of fields) {
    for (const input of inputs) {
      on(input, "change", () => {
        model.set("guesses", { ...model.get("guesses"), [name]: input.value });
        model.save_changes();
      });
    }
  }
  const watched = "change:rows change:message";
  model.on(watched, draw);
  model.on("change:guesses", drawGuesses);
  drawGuesses();
  draw();
  return () => {
    closing.abort();
    model.off(watched, draw);
    model.off("change:guesses", drawGuesses);
  };
}

export default { render };
