// What every view of this kit draws with. It stands before the view's own lines: a widget is one module.

const CONTROLS = ["button", "input", "select"];

const make = (tag, text = "", attributes = {}) => {
  const element = document.createElement(tag);
  element.textContent = text; // text, never innerHTML
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  // or JupyterLab takes the arrow keys for itself
  if (CONTROLS.includes(tag)) element.setAttribute("data-lm-suppress-shortcuts", "true");
  return element;
};

// what stands in backticks is code
const prose = (tag, text, attributes = {}) => {
  const element = make(tag, "", attributes);
  element.append(...text.split("`").map((part, n) => make(n % 2 ? "code" : "span", part)));
  return element;
};
