/// What a synthetic client sends and how much it can receive. The defaults are those of a person with a camera in the
/// web client.
package struct ClientConfiguration: Sendable {
  package var sendsMicrophone = true
  package var sendsCamera = true
  package var sendsScreen = false
  package var sendsScreenAudio = false
  /// Person slots, each with sound and picture, 0...32.
  package var personSlots = 9
  package var hasScreenSlot = true
  /// Offers VP9 behind VP8, as browsers do.
  package var offersVP9 = true

  package var camera = VideoProfile.camera
  package var screen = VideoProfile.screen
  /// Bytes of an Opus packet, at least 21; 50 are sent each second.
  package var audioPacketSize = 80
  /// What the audio level extension says while the client speaks, in -dBov, 0...127, and whether it begins with that.
  package var audioLevel: UInt8 = 30
  package var speaks = true

  package init() {}

  /// Receives and sends nothing.
  package static func listener(personSlots: Int = 9) -> ClientConfiguration {
    var configuration = ClientConfiguration()
    configuration.sendsMicrophone = false
    configuration.sendsCamera = false
    configuration.personSlots = personSlots
    return configuration
  }
}

/// A synthetic encoder's settings.
package struct VideoProfile: Sendable {
  /// One encoding of the picture.
  package struct Layer: Sendable {
    /// Restriction id (RFC 8851); nil without simulcast.
    package var rid: String?
    package var width: UInt16
    package var height: UInt16
    /// Bits of payload a second.
    package var bitrate: Int

    package init(rid: String?, width: UInt16, height: UInt16, bitrate: Int) {
      self.rid = rid
      self.width = width
      self.height = height
      self.bitrate = bitrate
    }
  }

  /// Pictures a second, 1...60.
  package var frameRate: Int
  /// Smallest first; more than one is simulcast.
  package var layers: [Layer]

  package init(frameRate: Int, layers: [Layer]) {
    self.frameRate = frameRate
    self.layers = layers
  }

  package static let camera = VideoProfile(
    frameRate: 30,
    layers: [
      Layer(rid: "q", width: 320, height: 180, bitrate: 150_000),
      Layer(rid: "h", width: 640, height: 360, bitrate: 500_000),
      Layer(rid: "f", width: 1280, height: 720, bitrate: 1_500_000),
    ])

  package static let screen = VideoProfile(
    frameRate: 10, layers: [Layer(rid: nil, width: 1920, height: 1080, bitrate: 1_000_000)])
}
