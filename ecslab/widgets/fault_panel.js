// The three parts of a fault. Python judges; what is right is not here until the learner has answered.

const LETTERS = "abcdefgh";
const field = (label, input) => {
  const row = make("label", "", { class: "ecslab-field" });
  row.append(make("span", label), input);
  return row;
};

function render({ model, el }) {
  const closing = new AbortController();
  const on = (element, kind, action) => element.addEventListener(kind, action, { signal: closing.signal });
  const root = make("div", "", { class: "ecslab ecslab-quiz ecslab-fault" });

  const causes = make("form");
  const group = make("fieldset");
  const radios = model.get("causes").map((_, place) => make("input", "", { type: "radio", name: "cause", value: place }));
  const rows = model.get("causes").map((cause, place) => {
    const row = make("label", "", { class: "ecslab-option" });
    row.append(radios[place], make("span", `${LETTERS[place]}.`), prose("span", cause));
    return row;
  });
  group.append(make("legend", `${model.get("title")} What is the cause?`), ...rows);
  causes.append(group, make("button", "Name the cause", { type: "submit" }));

  const evidence = make("form");
  const calls = make("input", "", { type: "text", size: 34, placeholder: "ecs describe-…", value: model.get("call") });
  const names = make("input", "", { type: "text", size: 34, placeholder: "a field of its answer", value: model.get("field") });
  const known = make("datalist", "", { id: `ecslab-calls-${Math.random().toString(36).slice(2)}` });
  known.append(...model.get("calls").map((call) => make("option", "", { value: call })));
  calls.setAttribute("list", known.getAttribute("id"));
  const where = make("fieldset");
  where.append(make("legend", "Which evidence tells it?"), field("Call", calls), field("Field", names), known);
  evidence.append(where, make("button", "Point at it", { type: "submit" }));

  const fix = make("form");
  fix.append(make("button", "Look at my fix", { type: "submit" }));
  const said = make("div", "", { class: "ecslab-verdict", role: "status" });
  root.append(causes, evidence, fix, said);
  el.append(root);

  const tell = (text, right) => {
    said.replaceChildren(...text.split("\n").map((line) => prose("div", line)));
    said.hidden = !text;
    root.setAttribute("data-status", right ? "right" : "warning");
  };
  const draw = () => {
    const { right = true, text = "" } = model.get("verdict");
    tell(text, right);
  };
  const ask = (part) => {
    model.set("asked", { part, count: (model.get("asked").count || 0) + 1 });
    model.save_changes();
  };
  on(causes, "submit", (event) => {
    event.preventDefault(); // Enter must not reload the page
    const place = radios.findIndex((radio) => radio.checked);
    if (place < 0) return tell("Choose a cause first.", false);
    model.set("choice", place);
    return ask("cause");
  });
  on(evidence, "submit", (event) => {
    event.preventDefault();
    model.set("call", calls.value);
    model.set("field", names.value);
    ask("evidence");
  });
  on(fix, "submit", (event) => {
    event.preventDefault();
    ask("fix");
  });
  model.on("change:verdict", draw);
  radios.forEach((radio, place) => (radio.checked = place === model.get("choice")));
  draw();
  return () => {
    closing.abort();
    model.off("change:verdict", draw);
  };
}

export default { render };
