import RoomRules

/// Members, each once. Sorted arrays, here and below: a set or dictionary of the standard library would be several times the
/// code for each kind of value, and a meeting has a thousand members at most.
struct JoinSet: Sendable {
  /// Ascending.
  private(set) var joins: [JoinID] = []

  init() {}

  init(_ joins: [JoinID]) {
    self.joins.reserveCapacity(joins.count)
    for join in joins { insert(join) }
  }

  func contains(_ join: JoinID) -> Bool { place(of: join).isThere }

  /// Whether it was not there.
  @discardableResult
  mutating func insert(_ join: JoinID) -> Bool {
    let (index, isThere) = place(of: join)
    if !isThere { joins.insert(join, at: index) }
    return !isThere
  }

  mutating func remove(_ join: JoinID) {
    let (index, isThere) = place(of: join)
    if isThere { joins.remove(at: index) }
  }

  /// Where it is, or where it would have to be.
  fileprivate func place(of join: JoinID) -> (index: Int, isThere: Bool) {
    var (low, high) = (0, joins.count)
    while low < high {
      let middle = (low + high) / 2
      if joins[middle] < join { low = middle + 1 } else { high = middle }
    }
    return (low, low < joins.count && joins[low] == join)
  }
}

/// Something about each of some members.
struct JoinTable<Value: Sendable>: Sendable {
  private var set = JoinSet()
  /// In the order of their joins.
  private(set) var values: [Value] = []

  init() {}

  /// Ascending.
  var joins: [JoinID] { self.set.joins }

  subscript(join: JoinID) -> Value? {
    get {
      let (index, isThere) = set.place(of: join)
      return isThere ? values[index] : nil
    }
    set {
      let (index, isThere) = set.place(of: join)
      guard let newValue else {
        guard isThere else { return }
        set.remove(join)
        values.remove(at: index)
        return
      }
      if isThere {
        values[index] = newValue
      } else {
        set.insert(join)
        values.insert(newValue, at: index)
      }
    }
  }

  /// Gives everybody the same value.
  mutating func fill(with value: Value) {
    for index in values.indices { values[index] = value }
  }
}
