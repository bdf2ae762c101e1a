package import Accounts
internal import Synchronization

/// Something that an operator should know of.
package enum ArchiveNews: Equatable, Sendable {
  /// Writing began to fail; so many rooms wait in memory and are tried again each time.
  case failing(StoreError, pending: Int)
  /// Writing works again, and everything that waited is on the disk.
  case recovered
  /// A room could not be kept: there are as many as may be. Told once, until there is a place again.
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

/// The kept rooms of a node, in memory and behind that on the disk. Whoever asks is answered from memory, at once; changes reach
/// the disk with the next `flush`. A disk that is full or locked stops nobody: what waits is the last state of each room, so that
/// it is never more than there are rooms, and a room is written as one.
package final class RoomArchive: Sendable {
  private struct State {
    var rooms: [[UInt8]: StoredRoom] = [:]
    /// Ids of rooms that are not on the disk as they are in memory, those that are gone included.
    var pending: Set<[UInt8]> = []
    /// Ids of rooms that are on the disk in some state, as far as we know.
    var stored: Set<[UInt8]> = []
    var version: Int
    var day: Day
    var isFlushing = false
    var isFailing = false
    var wasFull = false
    var numbers = ArchiveStatus()

    mutating func delete(_ idHash: [UInt8]) {
      guard rooms.removeValue(forKey: idHash) != nil else { return }
      pending.insert(idHash)
    }

    /// Rooms, and deletions that wait: together they bound what is in memory.
    func hasPlace(of maximum: Int) -> Bool {
      if rooms.count + pending.count < maximum { return true }
      return rooms.count + pending.count(where: { rooms[$0] == nil }) < maximum
    }

    /// Goes by memory and the queue: a disk that fails today loses nothing but time. How many were forgotten.
    mutating func forget() -> Int {
      let limit = day - StoreLimits.unusedDays
      let old = rooms.values.filter { $0.lastUsed < limit }
      for room in old { delete(room.idHash) }
      return old.count
    }

    /// They are on the disk.
    mutating func note(_ changes: [RoomChange]) {
      numbers.written += changes.count
      for change in changes {
        switch change {
        case .put(let room): stored.insert(room.idHash)
        case .delete(let idHash): stored.remove(idHash)
        }
      }
    }

    mutating func takeBatch() -> [RoomChange] {
      pending.prefix(RoomArchive.batch).map { idHash in
        pending.remove(idHash)
        return rooms[idHash].map { .put($0) } ?? .delete(idHash)
      }
    }
  }

  private let store: Store
  private let maximumRooms: Int
  private let report: @Sendable (ArchiveNews) -> Void
  private let state: Mutex<State>

  /// Rooms written in one transaction.
  private static let batch = 64

  /// Reads everything that `store` has. `maximumRooms` are kept at most; `report` must return at once.
  package init(
    store: Store, maximumRooms: Int, today: Day = .today, report: @escaping @Sendable (ArchiveNews) -> Void
  ) async throws(StoreError) {
    self.store = store
    self.maximumRooms = maximumRooms
    self.report = report
    var state = State(version: try await store.version(), day: today)
    for room in try await store.rooms() { state.rooms[room.idHash] = room }
    state.stored = Set(state.rooms.keys)
    let forgotten = state.forget()
    self.state = Mutex(state)
    if forgotten > 0 { report(.forgotten(forgotten)) }
  }

  package var status: ArchiveStatus {
    state.withLock { state in
      var status = state.numbers
      status.rooms = state.rooms.count
      status.pending = state.pending.count
      return status
    }
  }

  /// The day of the last `flush`.
  package var today: Day { state.withLock { $0.day } }

  /// Whether a room that is not known has a place.
  package var hasPlace: Bool { state.withLock { $0.hasPlace(of: maximumRooms) } }

  /// The room whose id has this hash.
  package func room(_ idHash: [UInt8]) -> StoredRoom? { state.withLock { $0.rooms[idHash] } }

  /// Keeps what `room` is now, or forgets it when it is not worth keeping any more. False when there is no place for a new one.
  @discardableResult
  package func put(_ room: StoredRoom) -> Bool {
    let (isKept, isNews) = state.withLock { state in
      let known = state.rooms[room.idHash]
      guard room.isWorthKeeping else {
        state.delete(room.idHash)
        return (true, false)
      }
      guard known != nil || state.hasPlace(of: maximumRooms) else {
        defer { state.wasFull = true }
        state.numbers.refused += 1
        return (false, !state.wasFull)
      }
      if known == nil { state.wasFull = false }
      if known != room {
        state.rooms[room.idHash] = room
        state.pending.insert(room.idHash)
      }
      return (true, false)
    }
    if isNews { report(.noPlace) }
    return isKept
  }

  /// Somebody uses the room today: one write a day, and no more is known.
  package func touch(_ idHash: [UInt8]) {
    state.withLock { state in
      guard var room = state.rooms[idHash], room.lastUsed < state.day else { return }
      room.lastUsed = state.day
      state.rooms[idHash] = room
      state.pending.insert(idHash)
    }
  }

  package func delete(_ idHash: [UInt8]) { state.withLock { $0.delete(idHash) } }

  /// To be called about once a second: takes over what another process has changed, forgets what is old, and writes what waits.
  package func flush(today: Day = .today) async {
    guard begin(today) else { return }
    defer { state.withLock { $0.isFlushing = false } }
    do throws(StoreError) {
      try await takeOver()
      while true {
        let batch = state.withLock { $0.takeBatch() }
        if batch.isEmpty { break }
        try await write(batch)
      }
      let hasRecovered = state.withLock { state in
        defer { state.isFailing = false }
        return state.isFailing
      }
      if hasRecovered { report(.recovered) }
    } catch {
      failed(error)
    }
  }
}

extension RoomArchive {
  private func begin(_ today: Day) -> Bool {
    let forgotten: Int? = state.withLock { state in
      guard !state.isFlushing else { return nil }
      state.isFlushing = true
      guard today > state.day else { return 0 }
      state.day = today
      return state.forget()
    }
    if let forgotten, forgotten > 0 { report(.forgotten(forgotten)) }
    return forgotten != nil
  }

  private func failed(_ error: StoreError) {
    let news: ArchiveNews? = state.withLock { state in
      state.numbers.failures[error.word, default: 0] += 1
      guard !state.isFailing else { return nil }
      state.isFailing = true
      return .failing(error, pending: state.pending.count)
    }
    if let news { report(news) }
  }

  /// Another process, `tertulia room delete` or a shell, has the last word on rooms that have not been changed here, and on what
  /// is deleted.
  private func takeOver() async throws(StoreError) {
    let version = try await store.version()
    guard version != state.withLock({ $0.version }) else { return }
    let stored = try await store.rooms()
    state.withLock { state in
      state.version = version
      var rooms = Dictionary(uniqueKeysWithValues: stored.map { ($0.idHash, $0) })
      state.pending.subtract(state.stored.subtracting(rooms.keys))
      state.stored = Set(rooms.keys)
      for idHash in state.pending { rooms[idHash] = state.rooms[idHash] }
      state.rooms = rooms
    }
  }

  private func write(_ changes: [RoomChange]) async throws(StoreError) {
    do throws(StoreError) {
      try await store.apply(changes)
      state.withLock { $0.note(changes) }
    } catch {
      if error.isPassing {
        putBack(changes)
        throw error
      }
      guard changes.count > 1 else {
        state.withLock { $0.numbers.failures[error.word, default: 0] += 1 }
        return report(.unwritable(error))
      }
      try await writeEach(changes)
    }
  }

  /// One room that does not fit must not keep the others from the disk.
  private func writeEach(_ changes: [RoomChange]) async throws(StoreError) {
    for index in changes.indices {
      do throws(StoreError) {
        try await write([changes[index]])
      } catch {
        putBack(changes[(index + 1)...])
        throw error
      }
    }
  }

  private func putBack(_ changes: some Sequence<RoomChange>) {
    state.withLock { state in
      for change in changes { state.pending.insert(change.idHash) }
    }
  }
}
