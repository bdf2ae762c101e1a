import Bytes
import MLSWire
import RoomRules

extension Meeting {
  mutating func compare(with join: JoinID, using random: inout some RandomNumberGenerator) {
    guard let seat = directory.seat(of: join) else { return tell(.notAllowed) }
    let peer = Comparison<Suite>.Party(join: join, signatureKey: seat.signatureKey)
    send(comparison?.offer(to: peer, now: now, using: &random) ?? nil)
  }

  mutating func acceptComparison(using random: inout some RandomNumberGenerator) {
    send(comparison?.accept(now: now, using: &random) ?? nil)
  }

  mutating func answerComparison(_ same: Bool) { send(comparison?.answer(same: same, now: now) ?? nil) }

  mutating func cancelComparison() { send(comparison?.cancel() ?? nil) }

  /// Sends what the comparison has to say, and shows how it stands.
  mutating func send(_ outgoing: Comparison<Suite>.Outgoing?) {
    if let outgoing { enqueue(.comparison, outgoing.message.wire, to: [outgoing.to]) }
    showComparison()
  }

  mutating func showComparison() {
    let status = comparison?.status
    guard status != shown.comparison else { return }
    shown.comparison = status
    emit(.comparison(status))
  }
}

extension Comparison {
  /// What the person sees; nil while there is nothing.
  var status: ComparisonStatus? {
    switch state {
    case .idle: nil
    case .offered(let join): ComparisonStatus(with: join, step: .offered)
    case .waiting(let join): ComparisonStatus(with: join, step: .waiting)
    case .compare(let join, let digits): ComparisonStatus(with: join, step: .compare, digits: digits)
    case .confirming(let join, let digits): ComparisonStatus(with: join, step: .confirming, digits: digits)
    case .matched(let party): ComparisonStatus(with: party.join, step: .matched)
    case .mismatch(let join): ComparisonStatus(with: join, step: .mismatch)
    case .failed(let join, _): ComparisonStatus(with: join, step: .failed)
    }
  }
}
