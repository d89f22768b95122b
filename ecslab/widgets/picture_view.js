// A picture that Python draws anew whenever the account changes.

function render({ model, el }) {
  const root = make("section", "", { class: "ecslab ecslab-picture" });
  const said = make("p", "", { class: "ecslab-said", role: "status" });
  const scroll = make("div", "", { class: "ecslab-scroll" });
  const picture = make("img");
  const trouble = make("p", "", { class: "ecslab-error", role: "alert" });
  const { foot, drawFoot, buttons } = liveFoot(model, "Since the view was opened");
  scroll.append(picture);
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
    drawFoot();
  };
  return follow(model, ["heading", "source", "words"], draw, buttons);
}

export default { render };
