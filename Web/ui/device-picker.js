// @ts-check
import { furnish, h, show } from "./dom.js";
import { t } from "./i18n.js";
import { View } from "./view.js";
/** @typedef {import("../app/types.js").Device} Device */
/** @typedef {import("../app/types.js").DeviceKind} DeviceKind */

let made = 0;

/** Labelled lists of microphones, cameras and, where the browser can choose, speakers. */
export class DevicePicker extends View {
  /** @param {import("./view.js").Context} context */
  constructor(context) {
    super(context);
    made += 1;
    this.mic = this.#field("mic", "devices.mic");
    this.camera = this.#field("camera", "devices.camera");
    this.speaker = this.#field("speaker", "devices.speaker");
    furnish(this, { class: "device-picker" }, [this.mic.row, this.camera.row, this.speaker.row]);
  }

  /** @param {DeviceKind} kind @param {string} label */
  #field(kind, label) {
    const id = `device-${kind}-${made}`;
    const select = h("select", {
      id,
      testid: `device-${kind}`,
      on: { change: () => this.context.call.selectDevice(kind, select.value) },
    });
    return { row: h("div", { class: "field" }, h("label", { t: label, attrs: { for: id } }), select), select };
  }

  /**
   * @override
   * @param {Readonly<import("../app/types.js").State>} state
   */
  render({ self: { devices } }) {
    fill(this.mic.select, devices.mics, devices.micId);
    fill(this.camera.select, devices.cameras, devices.cameraId);
    fill(this.speaker.select, devices.speakers, devices.speakerId);
    show(this.speaker.row, devices.speakers.length > 0);
  }
}
customElements.define("tertulia-device-picker", DevicePicker);

/**
 * @param {HTMLSelectElement} select
 * @param {readonly Device[]} devices
 * @param {string} chosen
 */
function fill(select, devices, chosen) {
  const wanted = devices.map(({ id, label }, i) => ({ id, label: label || t("devices.unnamed", { number: i + 1 }) }));
  if (wanted.length === 0) wanted.push({ id: "", label: t("devices.absent") });
  const same = select.options.length === wanted.length &&
    wanted.every(({ id, label }, i) => select.options[i].value === id && select.options[i].text === label);
  if (!same) select.replaceChildren(...wanted.map(({ id, label }) => new Option(label, id)));
  const value = wanted.some(({ id }) => id === chosen) ? chosen : wanted[0].id;
  if (select.value !== value) select.value = value;
  select.disabled = devices.length === 0;
}
