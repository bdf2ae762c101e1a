import MLSWire

/// What keys sign for `hello`: who is the host, and who uses an invitation. For one join into one room, so that what
/// the node has seen is of no use to anybody else.
package enum DoorProofs {
  /// Signed by the host's key. `room` is the room id in ASCII.
  package static func host(room: [UInt8], join: JoinID) -> [UInt8] {
    var writer = WireWriter()
    writer.write(opaque: room)
    writer.write(join)
    return LabelledContent.wire(label: "tertulia host 2", content: writer.bytes)
  }

  /// Signed by an invitation's key, for a device.
  package static func use(room: [UInt8], join: JoinID, device: DeviceDigest) -> [UInt8] {
    var writer = WireWriter()
    writer.write(opaque: room)
    writer.write(join)
    writer.write(device)
    return LabelledContent.wire(label: "tertulia use 1", content: writer.bytes)
  }
}
