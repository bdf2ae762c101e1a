/// Something that an operator should know of.
package enum ArchiveNews: Equatable, Sendable {
  /// Writing began to fail; so many rooms wait in memory and are tried again each time.
  case failing(StoreError, pending: Int)
  /// Writing works again, and everything that waited is on the disk.
  case recovered
  /// A room could not be kept: there are as many as may be.
  case noPlace
  /// A room could not be written and never will be: a fault of this program.
  case unwritable(StoreError)
  /// So many rooms were forgotten because nobody had used them.
  case forgotten(Int)
}

/// Numbers for metrics.
package struct ArchiveStatus: Equatable, Sendable {
  /// Rooms that are kept.
  package var rooms = 0
  /// Rooms whose last change is not on the disk yet.
  package var pending = 0
  /// Rooms written or deleted since the start.
  package var written = 0
  /// Failed attempts by `StoreError.word`.
  package var failures: [String: Int] = [:]
  /// Rooms that found no place.
  package var refused = 0
}

/// The kept rooms of a node, in memory and behind that on the disk. Whoever asks is answered from memory; changes reach the disk
/// with the next `flush`. A disk that is full or locked stops nobody: what waits is the last state of each room, so that it is
/// never more than there are rooms, and a room is written as one.
package actor RoomArchive {
  private let store: Store
  private let maximumRooms: Int
  private let report: @Sendable (ArchiveNews) -> Void
  private var rooms: [[UInt8]: StoredRoom] = [:]
  private var pending: [[UInt8]: RoomChange] = [:]
  private var version = 0
  private var isFlushing = false
  private var isFailing = false
  private var day: Day
  private var numbers = ArchiveStatus()

  /// Rooms written in one transaction.
  private static let batch = 64

  /// Reads everything that `store` has. `maximumRooms` are kept at most; `report` must return at once.
  package init(
    store: Store, maximumRooms: Int, today: Day = .today, report: @escaping @Sendable (ArchiveNews) -> Void
  ) async throws(StoreError) {
    self.store = store
    self.maximumRooms = maximumRooms
    self.report = report
    day = today
    version = try await store.version()
    rooms = Dictionary(uniqueKeysWithValues: try await store.rooms().map { ($0.idHash, $0) })
    forget()
  }

  package var status: ArchiveStatus {
    var status = numbers
    status.rooms = rooms.count
    status.pending = pending.count
    return status
  }

  /// The room whose id has this hash.
  package func room(_ idHash: [UInt8]) -> StoredRoom? { rooms[idHash] }

  /// Keeps what `room` is now, or forgets it when it is not worth keeping any more. False when there is no place for a new one.
  @discardableResult
  package func put(_ room: StoredRoom) -> Bool {
    guard room.isWorthKeeping else {
      delete(room.idHash)
      return true
    }
    guard let known = rooms[room.idHash] else {
      // Deletions that wait count as well: both together bound what is in memory.
      guard rooms.count + pending.count < maximumRooms || pending[room.idHash] != nil else {
        numbers.refused += 1
        report(.noPlace)
        return false
      }
      change(room)
      return true
    }
    if known != room { change(room) }
    return true
  }

  /// Somebody uses the room today.
  package func touch(_ idHash: [UInt8]) {
    guard var room = rooms[idHash], room.lastUsed < day else { return }
    room.lastUsed = day
    change(room)
  }

  package func delete(_ idHash: [UInt8]) {
    guard rooms.removeValue(forKey: idHash) != nil else { return }
    pending[idHash] = .delete(idHash)
  }

  /// To be called about once a second: takes over what another process has changed, forgets what is old, and writes what waits.
  package func flush(today: Day = .today) async {
    guard !isFlushing else { return }
    isFlushing = true
    defer { isFlushing = false }
    if today > day {
      day = today
      forget()
    }
    do throws(StoreError) {
      try await takeOver()
      while !pending.isEmpty { try await writeSome() }
      if isFailing { report(.recovered) }
      isFailing = false
    } catch {
      numbers.failures[error.word, default: 0] += 1
      if !isFailing { report(.failing(error, pending: pending.count)) }
      isFailing = true
    }
  }
}

extension RoomArchive {
  private func change(_ room: StoredRoom) {
    rooms[room.idHash] = room
    pending[room.idHash] = .put(room)
  }

  /// Goes by memory and the queue: a disk that fails today loses nothing but time.
  private func forget() {
    let limit = day - StoreLimits.unusedDays
    let old = rooms.values.filter { $0.lastUsed < limit }
    for room in old { delete(room.idHash) }
    if !old.isEmpty { report(.forgotten(old.count)) }
  }

  /// Another process, `tertulia room delete` or a shell, has the last word on rooms that have not been changed here.
  private func takeOver() async throws(StoreError) {
    let version = try await store.version()
    guard version != self.version else { return }
    let stored = try await store.rooms()
    self.version = version
    var fresh = Dictionary(uniqueKeysWithValues: stored.map { ($0.idHash, $0) })
    for (idHash, change) in pending {
      switch change {
      case .put(let room): fresh[idHash] = room
      case .delete: fresh[idHash] = nil
      }
    }
    rooms = fresh
  }

  private func writeSome() async throws(StoreError) {
    let batch = pending.prefix(Self.batch)
    for (idHash, _) in batch { pending[idHash] = nil }
    do throws(StoreError) {
      try await store.apply(batch.map { $0.value })
      numbers.written += batch.count
    } catch {
      if error.isPassing || batch.count > 1 {
        for (idHash, change) in batch where pending[idHash] == nil { pending[idHash] = change }
      }
      if error.isPassing { throw error }
      try await writeEach(batch.map { $0.key }, after: error)
    }
  }

  /// One room that does not fit must not keep the others from the disk.
  private func writeEach(_ ids: [[UInt8]], after error: StoreError) async throws(StoreError) {
    guard ids.count > 1 else {
      numbers.failures[error.word, default: 0] += 1
      report(.unwritable(error))
      return
    }
    for id in ids {
      guard let change = pending.removeValue(forKey: id) else { continue }
      do throws(StoreError) {
        try await store.apply([change])
        numbers.written += 1
      } catch {
        if error.isPassing {
          if pending[id] == nil { pending[id] = change }
          throw error
        }
        numbers.failures[error.word, default: 0] += 1
        report(.unwritable(error))
      }
    }
  }
}
