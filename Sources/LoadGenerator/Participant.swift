internal import Bytes
internal import MediaClient
internal import NIOCore
internal import NIOSSL
internal import RTCSecurity
internal import SFU

/// Somebody in a call: a conversation over a WebSocket, and one or two clients of a worker. Everything but `ask` happens on the
/// event loop.
final class Participant: @unchecked Sendable {
  /// Where a participant is at home; all lives of it are there.
  struct Place: Sendable {
    let number: Int
    let room: Int
    let sends: Bool
  }

  let place: Place
  private(set) var saidHello: Instant?
  private(set) var fault: Fault?
  private(set) var isJoined = false
  /// Numbers of its clients in the worker's fleet.
  private(set) var members: [Int] = []
  let worker: MediaWorker
  private let configuration: ClientConfiguration
  private let loop: any EventLoop
  private let target: LoadTarget
  private var conversation: any Conversation
  private var channel: SignallingChannel?
  private var isOver = false

  init(
    _ place: Place, _ conversation: any Conversation, configuration: ClientConfiguration, target: LoadTarget,
    worker: MediaWorker, loop: any EventLoop
  ) {
    self.place = place
    self.conversation = conversation
    self.configuration = configuration
    self.target = target
    self.worker = worker
    self.loop = loop
  }

  /// Makes its client, connects and joins. From any thread.
  func start(tls: NIOSSLContext?) {
    let configuration = configuration
    let needsClient = target.isNode || place.sends
    worker.perform { fleet in
      let member = needsClient ? try? fleet.add(configuration) : nil
      let offer = member.map { fleet.offer(of: $0) }.map { MediaOffer(sdp: $0.sdp, mids: $0.mids) }
      self.loop.execute {
        if let member { self.members.append(member) }
        if needsClient && member == nil { return self.fail(.noSocket) }
        if !self.isOver { self.connect(offer, tls) }
      }
    }
  }

  private func connect(_ offer: MediaOffer?, _ tls: NIOSSLContext?) {
    let channel = SignallingChannel(target) { event in
      switch event {
      case .opened:
        self.saidHello = MediaWorker.Fleet.now
        self.perform(self.conversation.begin(offer: offer))
      case .message(let bytes): self.perform(self.conversation.receive(bytes))
      case .ended(let fault): self.fail(fault)
      }
    }
    self.channel = channel
    channel.connect(on: loop, tls: tls)
  }

  func tick() {
    if !isOver { perform(conversation.tick()) }
  }

  func sendersArePresent() {
    if !isOver { perform(conversation.sendersArePresent()) }
  }

  /// Says goodbye. The clients stay until `remove`.
  func leave() {
    guard !isOver else { return }
    perform(conversation.leave())
    isOver = true
    channel?.close()
  }

  private func perform(_ steps: [Step]) {
    for step in steps {
      switch step {
      case .send(let text): channel?.send(text)
      case .joined: isJoined = true
      case .failed(let fault): fail(fault)
      case .layers(let layers): setLayers(layers)
      case .answered(let sdp): accept(sdp)
      case .offered(let sdp): answer(sdp)
      }
    }
  }

  private func accept(_ sdp: String) {
    guard let member = members.first else { return fail(.nonsense) }
    worker.perform { fleet in
      do { try fleet.accept(answer: sdp, for: member) } catch { self.loop.execute { self.fail(.badDescription) } }
    }
  }

  private func setLayers(_ layers: [Bool]) {
    guard let member = members.first, !isOver else { return }
    worker.perform { fleet in fleet.withClient(member) { $0.setLayers(.camera, layers) } }
  }

  private func answer(_ sdp: String) {
    worker.perform { fleet in
      let member = try? fleet.add(answering: sdp)
      let answer = member.flatMap { fleet.answer(of: $0) }
      self.loop.execute {
        guard let member, let answer else { return self.fail(.badDescription) }
        self.members.append(member)
        self.perform(self.conversation.answer(answer))
      }
    }
  }

  private func fail(_ fault: Fault) {
    guard !isOver, self.fault == nil else { return }
    self.fault = fault
  }
}
