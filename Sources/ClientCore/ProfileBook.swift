package import MLS
package import MLSWire
package import RoomRules

/// Why a profile was not taken.
package enum ProfileError: Error, Equatable {
  /// Nobody in the group has this join id.
  case unknownMember
  /// Not what the member signed, or signed for another group.
  case badSignature
  /// As old as the one that is held, or older.
  case rolledBack
  /// Another name, of somebody who may not take one.
  case renamed
}

/// The newest profile of every member of one group. Whoever passes profiles on can hold them back, not change them or
/// bring old ones back.
package struct ProfileBook<Suite: CipherSuiteProvider>: Sendable {
  package let groupID: [UInt8]
  private var entries: [Entry] = []

  /// Of everybody who was ever heard. In the order of their first profiles; a list that is searched from its start is
  /// fast enough for a thousand.
  private struct Entry {
    let join: JoinID
    var version: UInt64
    /// nil of those who left.
    var profile: SignedProfile?
  }

  /// Bytes of a bundle; with its label it fits a message.
  package static var maximumBundleLength: Int { 15_000 }

  /// A group of another id has another book.
  package init(groupID: [UInt8]) { self.groupID = groupID }

  package subscript(join: JoinID) -> SignedProfile? { place(of: join).flatMap { entries[$0].profile } }

  private func place(of join: JoinID) -> Int? { entries.firstIndex { $0.join == join } }

  /// Takes a profile in. `leaf` is the leaf of the member that it names, nil when there is none; `mayRename` is whether
  /// that member may have another name than before.
  package mutating func accept(
    _ profile: SignedProfile, of leaf: LeafNode?, mayRename: Bool = true
  ) throws(ProfileError) {
    guard let leaf else { throw .unknownMember }
    let place = place(of: profile.join)
    if let place, profile.version <= entries[place].version { throw .rolledBack }
    guard profile.isSigned(by: leaf, in: groupID, as: Suite.self) else { throw .badSignature }
    if !mayRename, let place, let held = entries[place].profile, held.name != profile.name { throw .renamed }
    let entry = Entry(join: profile.join, version: profile.version, profile: profile)
    if let place { entries[place] = entry } else { entries.append(entry) }
  }

  /// Forgets what those who left said; what is older still does not come back.
  package mutating func remove(_ join: JoinID) {
    if let place = place(of: join) { entries[place].profile = nil }
  }

  /// Everything that is held, for joiners, in pieces of at most `maximumBundleLength` bytes: `SignedProfile profiles<V>`.
  package var bundles: [[UInt8]] {
    var bundles: [[UInt8]] = []
    var piece: [SignedProfile] = []
    var length = 0
    for entry in entries {
      guard let profile = entry.profile else { continue }
      let size = profile.wire.count
      if length + size > Self.maximumBundleLength - Self.headerLength {
        bundles.append(Self.bundle(piece))
        piece = []
        length = 0
      }
      piece.append(profile)
      length += size
    }
    return piece.isEmpty ? bundles : bundles + [Self.bundle(piece)]
  }

  /// The profiles of one bundle, to be accepted one by one; nil when it is none.
  package static func read(bundle: [UInt8]) -> [SignedProfile]? {
    guard bundle.count <= maximumBundleLength else { return nil }
    return (try? Bundle(wire: bundle))?.profiles
  }

  private static var headerLength: Int { 4 }

  private static func bundle(_ profiles: [SignedProfile]) -> [UInt8] { Bundle(profiles: profiles).wire }

  private struct Bundle: WireCodable {
    let profiles: [SignedProfile]
    init(profiles: [SignedProfile]) { self.profiles = profiles }
    init(from reader: inout WireReader) throws(WireError) { profiles = try reader.vector(of: SignedProfile.self) }
    func encode(into writer: inout WireWriter) { writer.write(vector: profiles) }
  }
}
