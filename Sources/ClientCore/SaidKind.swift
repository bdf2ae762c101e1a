package import RoomRules

/// What somebody says, by what it needs leave for: the second byte of content that is said.
package enum SaidKind: UInt8, CaseIterable, Sendable {
  case chat = 0
  /// To some.
  case direct = 1
  case reaction = 2
  case file = 3
  case whiteboard = 4
  /// Of a moderator to everybody's page: clear the chat, move elsewhere.
  case order = 5
  /// What needs no leave: a hand that is raised.
  case other = 6
  /// Chat with links in it; what is said as mere chat leads nowhere.
  case linkedChat = 7
}

extension Standing {
  /// Whether this member may say such a thing now.
  package func maySay(_ kind: SaidKind) -> Bool {
    switch kind {
    case .chat: permissions.contains(.chat)
    case .direct: permissions.contains(.directMessages)
    case .reaction: permissions.contains(.reactions)
    case .file: permissions.contains(.files)
    case .whiteboard: permissions.contains(.whiteboard)
    case .order: role.moderates
    case .other: true
    case .linkedChat: permissions.isSuperset(of: [.chat, .links])
    }
  }
}

extension StreamContext {
  /// What sending in it takes.
  package var permission: Permissions {
    switch self {
    case .mic: .microphone
    case .camera0, .camera1, .camera2: .camera
    case .screen, .screenAudio: .screen
    }
  }
}
