// The foot of a view that follows something: whether it still does, the time, and two buttons.

const liveFoot = (model, since) => {
  const foot = make("p", "", { class: "ecslab-note" });
  const live = make("span");
  const clock = make("span", "", { class: "ecslab-time", title: since });
  const skip = make("button", "Skip to the next change", {
    type: "button",
    title: "Let AWS time pass at once until something changes, five minutes at most. Nothing is lost.",
  });
  const again = make("button", "Look again", { type: "button" });
  foot.append(live, clock, skip, again);

  // final: nothing can change any more
  const drawFoot = (final = false) => {
    live.textContent = model.get("live") ? "live" : final ? "final" : "no longer followed";
    clock.textContent = model.get("live") && model.get("clock") ? ` · ${model.get("clock")}` : "";
    skip.hidden = !(model.get("live") && model.get("skippable"));
    again.hidden = model.get("live") || final;
  };
  return { foot, drawFoot, buttons: { asked: again, skips: skip } };
};

// Draw now and whenever one of these changes; a press of a button is counted. It gives what ends that.
const follow = (model, names, draw, buttons) => {
  const watched = [...names, "trouble", "live", "clock", "skippable"].map((name) => `change:${name}`).join(" ");
  const presses = Object.entries(buttons).map(([name, button]) => {
    const count = () => {
      model.set(name, model.get(name) + 1);
      model.save_changes();
    };
    button.addEventListener("click", count);
    return () => button.removeEventListener("click", count);
  });
  model.on(watched, draw);
  draw();
  return () => {
    model.off(watched, draw);
    for (const stop of presses) stop();
  };
};
