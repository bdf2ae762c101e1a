import Bytes
import ClientCore
import Crypto
import RoomRules

extension Participant {
  /// The first message of a connection, with what a room with a host asks for: the proof of a device's key made for this room
  /// alone (Web/worker/room-keys.js), the host's where we are it, and the name that is knocked with.
  func hello(room: String) throws -> String {
    let device = P256.Signing.PrivateKey()
    let key = Array(device.publicKey.x963Representation)
    let knock = Array("tertulia knock 1".utf8) + Array(room.utf8) + meeting.join.bytes
    let signature = Array(try device.signature(for: knock).rawRepresentation)
    let digest = DeviceDigest(Array(SHA256.hash(data: key).prefix(DeviceDigest.length)))
    let name = Array(#""Somebody called \#(number)""#.utf8)
    let proofs = meeting.hello(room: Array(room.utf8), device: digest, name: name, using: &random)
    var members = [
      #""v":1,"type":"hello","room":"\#(room)""#, text("gate", meeting.gate), text("join", meeting.join.bytes),
    ]
    if let proofs {
      members.append(text("governed", proofs.governed))
      members.append(proof("device", key, signature))
      if let host = proofs.host { members.append(proof("host", host.key, host.signature)) }
      if let box = proofs.knock { members.append(text("knock", box)) }
    }
    return "{\(members.joined(separator: ","))}"
  }

  private func text(_ name: String, _ bytes: [UInt8]) -> String { #""\#(name)":"\#(Base64URL.encode(bytes))""# }

  private func proof(_ name: String, _ key: [UInt8], _ signature: [UInt8]) -> String {
    #""\#(name)":{\#(text("key", key)),\#(text("signature", signature))}"#
  }
}
