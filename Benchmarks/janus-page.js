// A person in Janus's videoroom, by its JSON API over WebSocket: sends sound (and a picture in three sizes), receives
// everybody else. Layers and rates are those of Tertulia's page.

const ROOM = 1;
const LAYERS = [
  { rid: "h", scaleResolutionDownBy: 1, maxBitrate: 1_700_000 },
  { rid: "m", scaleResolutionDownBy: 2, maxBitrate: 500_000 },
  { rid: "l", scaleResolutionDownBy: 4, maxBitrate: 150_000 },
];

class Janus {
  #socket;
  #waiting = new Map();
  #session;
  handles = new Map();

  async open(url) {
    this.#socket = new WebSocket(url, "janus-protocol");
    await new Promise((done, failed) => {
      this.#socket.onopen = done;
      this.#socket.onerror = failed;
    });
    this.#socket.onmessage = ({ data }) => this.#take(JSON.parse(data));
    this.#session = (await this.ask({ janus: "create" })).data.id;
    setInterval(() => this.ask({ janus: "keepalive" }), 20_000);
  }

  // The reply to a request: what the plugin says, not the acknowledgement before it.
  ask(request) {
    const transaction = crypto.randomUUID();
    this.#socket.send(JSON.stringify({ ...request, transaction, session_id: this.#session }));
    return new Promise((done, failed) => this.#waiting.set(transaction, { done, failed }));
  }

  async attach(onEvent) {
    const id = (await this.ask({ janus: "attach", plugin: "janus.plugin.videoroom" })).data.id;
    this.handles.set(id, onEvent);
    return (body, jsep) => this.ask({ janus: "message", handle_id: id, body, jsep });
  }

  #take(message) {
    if (message.janus === "ack") return;
    const waiting = this.#waiting.get(message.transaction);
    this.#waiting.delete(message.transaction);
    const error = message.error?.reason ?? message.plugindata?.data?.error;
    if (waiting) return error ? waiting.failed(new Error(error)) : waiting.done(message);
    this.handles.get(message.sender)?.(message.plugindata?.data ?? {});
  }
}

async function gathered(connection) {
  while (connection.iceGatheringState !== "complete") await new Promise((done) => setTimeout(done, 20));
  const { type, sdp } = connection.localDescription;
  return { type, sdp, trickle: false };
}

function show(track, stream) {
  const element = document.createElement("video");
  Object.assign(element, { autoplay: true, srcObject: stream ?? new MediaStream([track]) });
  element.style.cssText = "width: 960px; height: 540px";
  document.body.append(element);
}

async function publish(janus, name, withPicture) {
  const tell = await janus.attach((event) => receiveAll(janus, event.publishers));
  const joined = await tell({ request: "join", ptype: "publisher", room: ROOM, display: name });
  const picture = { width: { ideal: 960 }, height: { ideal: 540 }, frameRate: { ideal: 24, max: 30 } };
  const stream = await navigator.mediaDevices.getUserMedia({ audio: true, video: withPicture && picture });
  const connection = new RTCPeerConnection();
  connection.addTransceiver(stream.getAudioTracks()[0], { direction: "sendonly" });
  if (withPicture) {
    const [track] = stream.getVideoTracks();
    const video = connection.addTransceiver(track, { direction: "sendonly", sendEncodings: LAYERS });
    const codecs = RTCRtpSender.getCapabilities("video").codecs;
    video.setCodecPreferences(codecs.filter((codec) => /vp8|rtx/i.test(codec.mimeType)));
  }
  await connection.setLocalDescription();
  const answer = await tell({ request: "configure", audio: true, video: withPicture }, await gathered(connection));
  await connection.setRemoteDescription(answer.jsep);
  receiveAll(janus, joined.plugindata.data.publishers);
}

function receiveAll(janus, publishers) {
  for (const { id } of publishers ?? []) receive(janus, id);
}

async function receive(janus, feed) {
  const tell = await janus.attach(() => {});
  const offer = await tell({ request: "join", ptype: "subscriber", room: ROOM, streams: [{ feed }] });
  const connection = new RTCPeerConnection();
  connection.ontrack = ({ track, streams }) => show(track, streams[0]);
  await connection.setRemoteDescription(offer.jsep);
  await connection.setLocalDescription();
  await tell({ request: "start" }, await gathered(connection));
}

globalThis.enter = async (url, name, withPicture) => {
  const janus = new Janus();
  await janus.open(url);
  await publish(janus, name, withPicture);
};
