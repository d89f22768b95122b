// A task's way through its statuses, and a bar for each phase. Python looks at the task; this only draws.

const MARKS = { done: "✓", now: "●", ahead: "○", skipped: "–" };

const step = ({ status, state, meaning }) => {
  const item = make("li", "", { "data-state": state, title: meaning });
  if (state === "now") item.setAttribute("aria-current", "step");
  item.append(make("span", MARKS[state], { role: "img", "aria-label": state }), make("span", status));
  return item;
};

const phase = ({ name, left, width, open, words }) => {
  const row = make("li");
  const track = make("span", "", { class: "ecslab-track", "aria-hidden": "true" });
  const bar = make("span", "", { "data-open": open });
  bar.style.setProperty("margin-left", `${left}%`);
  bar.style.setProperty("width", `${width}%`);
  track.append(bar);
  row.append(make("span", name), track, make("span", words));
  return row;
};

const fill = (element, text) => {
  element.textContent = text;
  element.hidden = !text;
};

function render({ model, el }) {
  const root = make("section", "", { class: "ecslab ecslab-task" });
  const heading = make("p", "", { class: "ecslab-heading" });
  const steps = make("ol", "", { class: "ecslab-steps", "aria-label": "Status of the task" });
  const message = make("p", "", { role: "status" });
  const phases = make("ul", "", { class: "ecslab-phases", "aria-label": "Seconds of AWS time in each phase" });
  const reason = make("p", "", { class: "ecslab-reason" });
  const trouble = make("p", "", { class: "ecslab-error", role: "alert" });
  const { foot, drawFoot, buttons } = liveFoot(model, "Since it was created");
  root.append(heading, steps, message, phases, reason, trouble, foot);
  el.append(root);

  const draw = () => {
    heading.textContent = model.get("heading");
    root.setAttribute("aria-label", model.get("heading"));
    steps.replaceChildren(...model.get("steps").map(step));
    phases.replaceChildren(...model.get("phases").map(phase));
    const status = model.get("steps").find(({ state }) => state === "now").status;
    root.setAttribute("data-status", status);
    root.setAttribute("data-live", model.get("live"));
    if (message.textContent !== model.get("message")) message.textContent = model.get("message"); // said once
    fill(reason, model.get("reason"));
    fill(trouble, model.get("trouble"));
    drawFoot(status === "STOPPED");
  };
  return follow(model, ["heading", "steps", "phases", "message", "reason"], draw, buttons);
}

export default { render };
