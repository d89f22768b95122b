// A picture that Python draws anew whenever the account changes.

function render({ model, el }) {
  const root = make("section", "", { class: "ecslab ecslab-picture" });
  const said = make("p", "", { class: "ecslab-said", role: "status" });
  const scroll = make("div", "", { class: "ecslab-scroll" });
  const picture = make("img");
  const trouble = make("p", "", { class: "ecslab-error", role: "alert" });
  const foot = make("p", "", { class: "ecslab-note" });
  const live = make("span");
  const clock = make("span", "", { class: "ecslab-time", title: "Since the view was opened" });
  const skip = make("button", "Skip to the next change", {
    type: "button",
    title: "Let AWS time pass at once until something changes, five minutes at most. Nothing is lost.",
  });
  const again = make("button", "Look again", { type: "button" });
  scroll.append(picture);
  foot.append(live, clock, skip, again);
  root.append(said, scroll, trouble, foot);
  el.append(root);

  const draw = () => {
    const heading = model.get("heading");
    if (said.textContent !== heading) said.textContent = heading; // said once
    root.setAttribute("aria-label", heading.split(":")[0]);
    root.setAttribute("data-live", model.get("live"));
    if (picture.getAttribute("src") !== model.get("source")) {
      picture.setAttribute("src", model.get("source"));
      picture.setAttribute("alt", `${heading}. ${model.get("words")}`);
      picture.setAttribute("style", model.get("style"));
    }
    trouble.textContent = model.get("trouble");
    trouble.hidden = !model.get("trouble");
    live.textContent = model.get("live") ? "live" : "no longer followed";
    clock.textContent = model.get("live") && model.get("clock") ? ` · ${model.get("clock")}` : "";
    skip.hidden = !(model.get("live") && model.get("skippable"));
    again.hidden = model.get("live");
  };
  const count = (name) => () => {
    model.set(name, model.get(name) + 1);
    model.save_changes();
  };
  const [ask, jump] = [count("asked"), count("skips")];
  const names = ["heading", "source", "words", "trouble", "live", "clock", "skippable"];
  const watched = names.map((name) => `change:${name}`).join(" ");
  model.on(watched, draw);
  again.addEventListener("click", ask);
  skip.addEventListener("click", jump);
  draw();
  return () => {
    model.off(watched, draw);
    again.removeEventListener("click", ask);
    skip.removeEventListener("click", jump);
  };
}

export default { render };
