// @ts-check
// Building and updating the DOM without markup strings. Writers touch a node only when something differs.
import { t } from "./i18n.js";

/**
 * @typedef {object} Props
 * @property {string} [class]
 * @property {string} [id]
 * @property {string} [testid] data-testid
 * @property {string} [t] key of the text
 * @property {string} [label] key of aria-label
 * @property {string} [title] key of title
 * @property {string} [placeholder] key of placeholder
 * @property {Record<string, string | number | boolean | null | undefined>} [attrs]
 * @property {Record<string, (event: any) => void>} [on]
 */

/** Attributes whose words follow the language, by the data attribute that remembers the key. */
const TRANSLATED = { tLabel: "aria-label", tTitle: "title", tPlaceholder: "placeholder" };

/**
 * Creates an element. Keys of texts are remembered on it, so that `retranslate` can follow a change of language.
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {Props} [props]
 * @param {...(Node | string | null)} children
 * @returns {HTMLElementTagNameMap[Tag]}
 */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  furnish(element, props, children);
  return element;
}

/**
 * Gives an existing element (usually a custom element, in its constructor) its properties and children.
 * @param {HTMLElement} element
 * @param {Props} props
 * @param {(Node | string | null)[]} [children]
 */
export function furnish(element, props, children = []) {
  if (props.class) element.className = props.class;
  if (props.id) element.id = props.id;
  if (props.testid) element.dataset.testid = props.testid;
  if (props.t) element.dataset.t = props.t;
  if (props.label) element.dataset.tLabel = props.label;
  if (props.title) element.dataset.tTitle = props.title;
  if (props.placeholder) element.dataset.tPlaceholder = props.placeholder;
  translate(element);
  for (const [name, value] of Object.entries(props.attrs ?? {})) setAttribute(element, name, value);
  for (const [name, listener] of Object.entries(props.on ?? {})) element.addEventListener(name, listener);
  element.append(...children.filter((child) => child !== null));
}

const SVG = "http://www.w3.org/2000/svg";

/**
 * @param {string} tag
 * @param {Record<string, string | number>} [attrs]
 * @param {...Element} children
 * @returns {SVGElement}
 */
export function svg(tag, attrs = {}, ...children) {
  const element = /** @type {SVGElement} */ (document.createElementNS(SVG, tag));
  for (const [name, value] of Object.entries(attrs)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** @param {HTMLElement} element */
function translate(element) {
  const { dataset } = element;
  if (dataset.t) setText(element, t(dataset.t));
  for (const [data, attribute] of Object.entries(TRANSLATED)) {
    const key = dataset[data];
    if (key) setAttribute(element, attribute, t(key));
  }
}

/** Writes every fixed text below a node again, in the language now in use. @param {ParentNode} root */
export function retranslate(root) {
  const marked = "[data-t],[data-t-label],[data-t-title],[data-t-placeholder]";
  for (const element of root.querySelectorAll(marked)) translate(/** @type {HTMLElement} */ (element));
}

/**
 * Changes the fixed text of an element to another key.
 * @param {HTMLElement} element
 * @param {string} key
 */
export function say(element, key) {
  element.dataset.t = key;
  setText(element, t(key));
}

/** @param {Node} node @param {string} text */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

/**
 * `true` is an empty attribute; `false`, null and undefined are none.
 * @param {Element} element
 * @param {string} name
 * @param {string | number | boolean | null | undefined} value
 */
export function setAttribute(element, name, value) {
  const text = value === true ? "" : value === false || value === null || value === undefined ? null : String(value);
  if (element.getAttribute(name) === text) return;
  if (text === null) element.removeAttribute(name);
  else element.setAttribute(name, text);
}

/** @param {HTMLElement} element @param {boolean} shown */
export function show(element, shown) {
  if (element.hidden === shown) element.hidden = !shown;
}

/** @param {HTMLElement | SVGElement} element @param {string} name @param {string} value */
export function setStyle(element, name, value) {
  if (element.style.getPropertyValue(name) !== value) element.style.setProperty(name, value);
}

/** The picture or sound of a media element, set only when it is another one. */
export function setStream(/** @type {HTMLMediaElement} */ media, /** @type {MediaStream | null} */ stream) {
  if (media.srcObject !== stream) media.srcObject = stream;
}

/**
 * Keeps one child for each item. Children are added at the end and removed, never moved: moving a video stops it.
 * @template Item
 * @template {Element} Child
 * @param {Map<string | number, Child>} known updated in place
 * @param {Node} parent
 * @param {readonly Item[]} items
 * @param {(item: Item) => string | number} keyOf
 * @param {(item: Item) => Child} create
 */
export function keep(known, parent, items, keyOf, create) {
  const wanted = new Set(items.map(keyOf));
  for (const [key, child] of known) {
    if (wanted.has(key)) continue;
    child.remove();
    known.delete(key);
  }
  for (const item of items) {
    const key = keyOf(item);
    if (known.has(key)) continue;
    const child = create(item);
    known.set(key, child);
    parent.appendChild(child);
  }
}

/**
 * Brings children into an order, moving only what is out of place. What has the focus keeps it. Not for videos.
 * @param {Element} parent that holds exactly these children
 * @param {readonly HTMLElement[]} wanted
 */
export function reorder(parent, wanted) {
  const focused = /** @type {HTMLElement | null} */ (document.activeElement);
  wanted.forEach((child, i) => {
    if (parent.children[i] !== child) parent.insertBefore(child, parent.children[i] ?? null);
  });
  if (focused && parent.contains(focused) && document.activeElement !== focused) focused.focus();
}
