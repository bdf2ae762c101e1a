/// Receive keys and their replay windows. A key is chosen by key ID alone: keys are never tried in turn, so what a frame
/// claims about its sender is either proved by its tag or refused.
package struct KeyRing<Key: Sendable>: Sendable {
  /// One key ID's material and what it has accepted so far.
  package struct Entry: Sendable {
    package let keyID: UInt64
    package let key: Key
    package fileprivate(set) var window = ReplayWindow()

    package init(keyID: UInt64, key: Key) {
      self.keyID = keyID
      self.key = key
    }
  }

  private var entries: [UInt64: Entry] = [:]

  package init() {}

  package var count: Int { entries.count }

  package subscript(keyID: UInt64) -> Entry? { entries[keyID] }

  /// Adds an entry, replacing the one of the same key ID.
  package mutating func insert(_ entry: Entry) { entries[entry.keyID] = entry }

  /// Takes entries out together with their windows, so that they can come back without forgetting what they accepted.
  package mutating func remove(where leaves: (Key) -> Bool) -> [Entry] {
    let removed = entries.values.filter { leaves($0.key) }
    for entry in removed { entries[entry.keyID] = nil }
    return removed
  }

  /// The key for a frame not authenticated yet. Changes nothing.
  package func lookUp(_ header: SFrameHeader) throws(SFrameError) -> Key {
    guard let entry = entries[header.keyID] else { throw .unknownKey }
    guard entry.window.accepts(header.counter) else { throw .replayed }
    return entry.key
  }

  /// Records a frame whose tag was verified. Throws when the same counter won the race while this one was decrypted.
  package mutating func commit(_ header: SFrameHeader) throws(SFrameError) {
    guard entries[header.keyID] != nil else { throw .unknownKey }
    guard entries[header.keyID]!.window.commit(header.counter) else { throw .replayed }
  }
}
