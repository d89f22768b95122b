// One question. Python judges; what is right is not here until the learner has answered.

const LETTERS = "ABCDEFGH";
const reason = ({ place, right, why }) => {
  const item = make("li", "", { "data-right": right });
  const mark = make("span", right ? "✓" : "✗", { "aria-hidden": "true" });
  item.append(mark, make("b", ` ${LETTERS[place]}. ${right ? "Right" : "Not this one"}: `), prose("span", why));
  return item;
};

function render({ model, el }) {
  const closing = new AbortController();
  const on = (element, kind, action) => element.addEventListener(kind, action, { signal: closing.signal });
  const root = make("form", "", { class: "ecslab ecslab-quiz" });
  const group = make("fieldset");
  const button = make("button", "Check my answer", { type: "submit" });
  const hint = make("p", "", { class: "ecslab-note" });
  const verdict = make("ul", "", { class: "ecslab-verdict", role: "status" });
  const radios = model.get("options").map((_, place) => make("input", "", { type: "radio", name: "answer", value: place }));
  const rows = model.get("options").map((option, place) => {
    const row = make("label", "", { class: "ecslab-option" });
    row.append(radios[place], make("span", `${LETTERS[place]}.`), prose("span", option));
    return row;
  });
  group.append(prose("legend", model.get("question")), ...rows);
  root.append(group, button, hint, verdict);
  el.append(root);

  const draw = () => {
    const reasons = model.get("reasons");
    const right = reasons.some((each) => each.right);
    verdict.replaceChildren(...reasons.map(reason));
    verdict.hidden = !reasons.length;
    hint.textContent = reasons.length && !right ? "Choose another one, and check again." : "";
    root.setAttribute("data-status", right ? "right" : reasons.length ? "warning" : "open");
  };
  const drawChoice = () => radios.forEach((radio, place) => (radio.checked = place === model.get("choice")));

  on(root, "submit", (event) => {
    event.preventDefault(); // Enter must not reload the page
    const place = radios.findIndex((radio) => radio.checked);
    if (place < 0) {
      hint.textContent = "Choose one first.";
      return;
    }
    model.set("choice", place);
    model.set("asked", model.get("asked") + 1);
    model.save_changes();
  });
  model.on("change:reasons", draw);
  model.on("change:choice", drawChoice);
  drawChoice();
  draw();
  return () => {
    closing.abort();
    model.off("change:reasons", draw);
    model.off("change:choice", drawChoice);
  };
}

export default { render };
