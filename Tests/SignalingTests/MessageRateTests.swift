import Bytes
import Signaling
import Testing

@Suite("Message rate")
struct MessageRateTests {
  @Test("a bucket lets its burst through, then its rate, and never more than its burst")
  func bucket() {
    var bucket = TokenBucket(capacity: 3, period: .milliseconds(100), now: .zero)
    func take(at milliseconds: Int64) -> Bool { bucket.take(now: .zero + .milliseconds(milliseconds)) }
    #expect((0..<4).map { _ in take(at: 0) } == [true, true, true, false])
    #expect(take(at: 99) == false)
    #expect(take(at: 100) == true)
    #expect(take(at: 150) == false)
    #expect((0..<4).map { _ in take(at: 1_000_000) } == [true, true, true, false])
    #expect(take(at: 0) == false, "a clock that goes back gives nothing")
  }

  @Test("a flood of messages is refused one by one, a flood of frames ends the connection")
  func flood() {
    var rate = MessageRate(now: .zero)
    let verdicts = (0..<100).map { _ in rate.admit(.message([1], to: nil), now: .zero) }
    #expect(verdicts.first == .passed)
    #expect(verdicts.last == .refused("message"))
    #expect(rate.admit(.media(MediaFlags()), now: .zero) == .passed)
    #expect((0..<20).map { _ in rate.admit(.offer(offer), now: .zero) }.last == .refused("offer"))
    #expect((0..<10).map { _ in rate.admit(.keyPackage([1]), now: .zero) }.last == .refused("key_package"))
    #expect((0..<50).map { _ in rate.admit(.commit([1]), now: .zero) }.last == .refused("commit"))
    #expect((0..<10).map { _ in rate.admit(.sync(epoch: nil), now: .zero) }.last == .refused("sync"))
    #expect(rate.admit(.ready(epoch: 1), now: .zero) == .passed)
    #expect((0..<1_000).map { _ in rate.count(now: .zero) }.last == .flooded)
    #expect(rate.count(now: .zero + .seconds(1)) == .passed)
  }

  @Test(
    "floods (messages, reactions, renames): of one connection 60 pass at once and ten a second, whatever is sealed in them"
  )
  func floods() {
    var rate = MessageRate(now: .zero)
    func passed(at now: Instant) -> Int {
      (0..<200).count { rate.admit(.message([UInt8($0)], to: nil, isControl: $0 % 2 == 0), now: now) == .passed }
    }
    #expect(passed(at: .zero) == 60)
    for second in 1...5 as ClosedRange<Int64> { #expect(passed(at: .zero + .seconds(second)) == 10) }
  }

  private var offer: Offer {
    let text = #"{"v":1,"type":"offer","sdp":"","mids":{"slots":[]}}"#
    guard case .offer(let offer)? = try? ClientMessage.decode(Array(text.utf8)) else { fatalError("an offer") }
    return offer
  }
}
