extension [UInt8] {
  /// Equality in a time that depends on the lengths alone, which are no secret: how long it takes does not tell where the
  /// two differ.
  package func isEqualInConstantTime(to other: [UInt8]) -> Bool {
    guard count == other.count else { return false }
    var difference: UInt8 = 0
    for index in indices { difference |= self[index] ^ other[index] }
    return difference == 0
  }
}
