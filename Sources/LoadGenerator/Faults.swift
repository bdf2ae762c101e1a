extension Fault {
  static let nonsense = Fault("nonsense", "What answers there is no server of the kind that was asked for.")
  static let mediaLost = Fault(
    "media_lost", "The media connection ended. Is the UDP port open, and is the server overloaded?")
  static let stopped = Fault("stopped", "The node was stopped.")
  static let refusedByJanus = Fault("janus_error", "Janus refused a request: is the videoroom plugin loaded?")
  static let closed = Fault("closed", "The server closed the connection.")
  static let badDescription = Fault("bad_description", "The server's session description could not be used.")
  static let noSocket = Fault(
    "no_socket", "The system gave no more sockets: raise the limit of open files (ulimit -n) or take fewer clients.")
  static let notConnected = Fault(
    "not_connected", "Media did not connect within 30 s. Is the UDP port open from here?")
  static let noPicture = Fault("no_picture", "Connected, but no picture or sound came within 30 s.")

  static func unreachable(_ place: String) -> Fault {
    Fault("unreachable", "Nobody answers at \(place). Is the server running, and is the port right?")
  }

  static let untrusted = Fault(
    "untrusted", "The server's certificate is not one that this machine trusts. If it is your own, add --insecure.")

  /// What the node said with an `error`.
  init(refusal code: String) {
    let isWord = !code.isEmpty && code.utf8.allSatisfy { $0 == 0x5F || (0x61...0x7A).contains($0) }
    self.init(isWord ? code : "refused", Self.advice[code] ?? "The node refused a message.")
  }

  private static let advice = [
    "room_full": "A room takes no more: start the node with a higher --max-participants, or use more --rooms.",
    "server_full": "The node takes no more rooms or connections: start it with a higher --max-rooms, or use fewer.",
    "rate_limited": "The node takes fewer messages than this from one client: use a longer --join-storm.",
    "removed": "The node put the client out of the room.",
    "bad_offer": "The node did not accept the client's offer: are node and generator of the same version?",
  ]
}
