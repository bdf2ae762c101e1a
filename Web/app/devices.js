// @ts-check
/** @typedef {import("./types.js").Device} Device */
/** @typedef {import("./types.js").DeviceErrorCode} DeviceErrorCode */

/** Only what one microphone of a person who talks needs; the browser cleans the sound on the device. */
const MIC = { echoCancellation: true, noiseSuppression: true, autoGainControl: true, channelCount: 1 };
/** Three layers are encoded of each picture, and other people's decoded beside: with two cores 720p would starve both. */
const CAMERA = navigator.hardwareConcurrency <= 2
  ? { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } }
  : { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } };

/** VP9 is dearer than VP8, the more so the more moves: it is for machines with processors to spare. */
export const sparesProcessors = () => navigator.hardwareConcurrency > 4;

/** Why a device did not open. */
export class DeviceError extends Error {
  /** @param {DeviceErrorCode} code */
  constructor(code) {
    super(code);
    this.code = code;
  }
}

/**
 * @param {MediaDevices} media
 * @param {{ mic?: string, camera?: string }} wanted device ids of what to open; empty for the browser's choice
 * @returns {Promise<{ mic: MediaStreamTrack | null, camera: MediaStreamTrack | null }>}
 * @throws {DeviceError}
 */
export async function capture(media, { mic, camera }) {
  const constraints = {
    audio: mic !== undefined && { ...MIC, ...choose(mic) },
    video: camera !== undefined && { ...CAMERA, ...choose(camera) },
  };
  try {
    const stream = await media.getUserMedia(constraints);
    const camera = stream.getVideoTracks()[0] ?? null;
    // A face that moves is worth more than one that is sharp.
    if (camera) camera.contentHint = "motion";
    return { mic: stream.getAudioTracks()[0] ?? null, camera };
  } catch (error) {
    throw new DeviceError(plainCode(error));
  }
}

/**
 * @param {MediaDevices} media
 * @returns {Promise<{ video: MediaStreamTrack, audio: MediaStreamTrack | null } | null>} null when the person thought
 *   better of it
 * @throws {DeviceError}
 */
export async function captureScreen(media) {
  try {
    const stream = await media.getDisplayMedia({ video: { frameRate: { ideal: 15, max: 30 } }, audio: true });
    const [video] = stream.getVideoTracks();
    // Letters must stay sharp; movement may lose frames.
    video.contentHint = "detail";
    return { video, audio: stream.getAudioTracks()[0] ?? null };
  } catch (error) {
    const code = plainCode(error);
    if (code === "denied") return null;
    throw new DeviceError(code);
  }
}

/**
 * @param {MediaDevices} media
 * @param {boolean} canChooseSpeaker
 * @returns {Promise<{ mics: Device[], cameras: Device[], speakers: Device[] }>}
 */
export async function listDevices(media, canChooseSpeaker) {
  const all = await media.enumerateDevices().catch(() => []);
  const of = (/** @type {MediaDeviceKind} */ kind) =>
    all.filter((device) => device.kind === kind).map(({ deviceId, label }) => ({ id: deviceId, label }));
  return {
    mics: of("audioinput"),
    cameras: of("videoinput"),
    speakers: canChooseSpeaker ? of("audiooutput") : [],
  };
}

/** @param {string} id @returns {MediaTrackConstraints} */
function choose(id) {
  return id === "" ? {} : { deviceId: { exact: id } };
}

/** @param {unknown} error @returns {DeviceErrorCode} */
function plainCode(error) {
  switch (error instanceof DOMException ? error.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "denied";
    case "NotFoundError":
    case "OverconstrainedError":
      return "not_found";
    case "NotReadableError":
    case "AbortError":
      return "in_use";
    default:
      return "failed";
  }
}
