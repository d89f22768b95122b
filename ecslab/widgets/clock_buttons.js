// The sandbox's clock on buttons. Python does what they say; its words come back in `state`.

const BUTTONS = [
  ["pause", "Pause"],
  ["step", "Next event"],
  ["resume", "Go on"],
  ["skip", "Skip 5 minutes"],
];

function render({ model, el }) {
  const closing = new AbortController();
  const root = document.createElement("div");
  root.className = "ecslab ecslab-clock";
  root.setAttribute("role", "group");
  root.setAttribute("aria-label", "The sandbox's clock");
  let count = 0;
  const press = (what, value) => {
    count += 1;
    model.set("pressed", [what, value, count]);
    model.save_changes();
  };
  const buttons = BUTTONS.map(([what, label]) => {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = label;
    button.setAttribute("data-action", what);
    button.setAttribute("data-lm-suppress-shortcuts", "true"); // or JupyterLab takes the keys
    button.addEventListener("click", () => press(what, 0), { signal: closing.signal });
    return button;
  });
  const label = document.createElement("label");
  label.textContent = "AWS seconds in one of yours ";
  const speed = document.createElement("select");
  speed.setAttribute("data-lm-suppress-shortcuts", "true");
  for (const value of model.get("speeds")) {
    const option = document.createElement("option");
    option.value = value;
    option.textContent = value;
    speed.append(option);
  }
  speed.addEventListener("change", () => press("speed", Number(speed.value)), { signal: closing.signal });
  label.append(speed);
  const words = document.createElement("p");
  words.className = "ecslab-note";
  words.setAttribute("role", "status");
  root.append(...buttons, label, words);
  el.append(root);

  const draw = () => {
    const state = model.get("state");
    words.textContent = state.words;
    root.setAttribute("data-status", state.paused ? "paused" : "running");
    for (const button of buttons) {
      const action = button.getAttribute("data-action");
      button.disabled = !state.usable || (action === "resume" && !state.paused) || (action === "pause" && state.paused);
    }
    speed.disabled = !state.usable;
    if (model.get("speeds").includes(state.speed)) speed.value = state.speed;
  };
  model.on("change:state", draw);
  draw();
  return () => {
    closing.abort();
    model.off("change:state", draw);
  };
}

export default { render };
