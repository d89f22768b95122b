// What a running cell waits for, and a button that lets the rest of the wait pass at once.

function render({ model, el }) {
  const line = document.createElement("small");
  const words = document.createElement("span");
  const skip = document.createElement("button");
  skip.type = "button";
  skip.textContent = "Let it pass";
  skip.title = "Let AWS time pass at once, until what the cell waits for is there. Nothing is lost.";
  skip.setAttribute("data-lm-suppress-shortcuts", "true"); // or JupyterLab takes Enter and the space bar
  line.className = "ecslab-wait";
  line.append(words, skip);
  el.append(line);

  const draw = () => {
    words.textContent = model.get("text"); // text, never innerHTML
  };
  const press = () => {
    skip.disabled = true;
    model.set("pressed", model.get("pressed") + 1);
    model.save_changes();
  };
  model.on("change:text", draw);
  skip.addEventListener("click", press);
  draw();
  return () => {
    model.off("change:text", draw);
    skip.removeEventListener("click", press);
  };
}

export default { render };
