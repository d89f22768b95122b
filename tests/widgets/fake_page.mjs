// A document just large enough to run a widget's module in Node, and a model that records what is saved.
import assert from "node:assert/strict";

class Element {
  constructor(tag) {
    this.tagName = tag;
    this.attributes = {};
    this.children = [];
    this.listeners = [];
    this.words = "";
    this.style = { setProperty: (name, value) => (this.style[name] = value) };
  }
  set textContent(text) { this.words = text; this.children = []; }
  get textContent() { return this.words + this.children.map((child) => child.textContent).join(""); }
  set innerHTML(_) { throw new Error("innerHTML was set: text must be drawn as text"); }
  append(...children) { this.children.push(...children); }
  replaceChildren(...children) { this.words = ""; this.children = children; }
  setAttribute(name, value) { this.attributes[name] = String(value); if (name === "value") this.value = value; }
  getAttribute(name) { return this.attributes[name]; }
  addEventListener(kind, action, { signal } = {}) {
    this.listeners.push([kind, action]);
    signal?.addEventListener("abort", () => this.removeEventListener(kind, action));
  }
  removeEventListener(kind, action) {
    this.listeners = this.listeners.filter(([k, a]) => k !== kind || a !== action);
  }
  fire(kind) { this.listeners.filter(([k]) => k === kind).forEach(([, action]) => action({ target: this, preventDefault() {} })); }
  all(test) {
    const found = this.children.flatMap((child) => child.all(test));
    return test(this) ? [this, ...found] : found;
  }
  tags(tag) { return this.all((element) => element.tagName === tag); }
  only(tag) { const found = this.tags(tag); assert.equal(found.length, 1, `${found.length} of ${tag}`); return found[0]; }
  labelled(text) { return this.tags("label").find((label) => label.textContent.startsWith(text)).children.at(-1); }
}

class Model {
  constructor(state) { this.state = state; this.watchers = []; this.saved = []; this.unsaved = {}; }
  get(name) { return this.state[name]; }
  set(name, value) { this.unsaved[name] = value; this.change({ [name]: value }); }
  save_changes() { this.saved.push(this.unsaved); this.unsaved = {}; }
  on(events, action) { this.watchers.push(...events.split(" ").map((event) => [event, action])); }
  off(events, action) {
    const gone = events.split(" ");
    this.watchers = this.watchers.filter(([event, a]) => !gone.includes(event) || a !== action);
  }
  change(news) { // what happens when Python sets traits
    Object.assign(this.state, news);
    for (const name of Object.keys(news)) {
      this.watchers.filter(([event]) => event === `change:${name}`).forEach(([, action]) => action());
    }
  }
}

globalThis.document = { createElement: (tag) => new Element(tag) };

export const mount = async (source, state) => {
  const module = await import(`data:text/javascript;base64,${Buffer.from(source).toString("base64")}`);
  const el = new Element("div");
  const model = new Model(structuredClone(state));
  const close = module.default.render({ model, el });
  for (const control of el.all(({ tagName }) => ["button", "input", "select"].includes(tagName))) {
    assert.ok(control.getAttribute("data-lm-suppress-shortcuts"), `JupyterLab takes the keys of a ${control.tagName}`);
  }
  return {
    el,
    model,
    close: () => {
      close();
      assert.deepEqual(model.watchers, [], "the view still watches its model");
      assert.deepEqual(el.all((element) => element.listeners.length > 0), [], "listeners were left behind");
    },
  };
};
export { assert };
