import Testing

@testable import Accounts

@Suite("Cost of a password")
struct PasswordCostTests {
  /// A machine with a clock of its own.
  private final class Machine {
    /// Milliseconds for each MiB and pass when nothing else runs.
    let speed: Double
    /// How many times slower each run is, one after the other, from the beginning again when they are used up.
    let slowness: [Double]
    private(set) var measured: [Argon2Cost] = []

    init(_ speed: Double, slowness: [Double] = [1]) {
      self.speed = speed
      self.slowness = slowness
    }

    func time(_ cost: Argon2Cost) -> Double { Double(cost.memory) / 1024 * Double(cost.passes) * speed }

    func measure(_ cost: Argon2Cost) -> Double {
      measured.append(cost)
      return time(cost) * slowness[(measured.count - 1) % slowness.count]
    }
  }

  @Test(
    "the cost of a password takes 250 to 500 ms, on fast and slow machines",
    arguments: [0.07, 0.3, 0.6, 0.88, 1, 1.31, 1.5, 2, 4, 8])
  func band(_ speed: Double) {
    let machine = Machine(speed)
    let cost = Argon2Cost.fitting(machine.measure)
    #expect(Argon2Cost.band.contains(machine.time(cost)))
    #expect(cost.memory >= Argon2Cost.least.memory && cost.passes >= Argon2Cost.least.passes)
  }

  @Test("no fewer passes would take as long", arguments: [0.07, 0.3, 0.6, 0.88, 1])
  func fewest(_ speed: Double) {
    let machine = Machine(speed)
    var cost = Argon2Cost.fitting(machine.measure)
    #expect(machine.time(cost) >= 275)
    cost.passes -= 1
    #expect(machine.time(cost) < 275)
  }

  @Test(
    "runs that something else slowed down do not make passwords cheaper",
    arguments: [[2, 1.5, 1], [1.4, 1.02, 1.3], [1.08, 1.03, 3]])
  func disturbed(_ slowness: [Double]) {
    let machine = Machine(0.88, slowness: slowness)
    #expect(Argon2Cost.band.contains(machine.time(Argon2Cost.fitting(machine.measure))))
  }

  @Test(
    "whatever the clock says, it ends after few runs with a cost that a machine may be asked for",
    arguments: [[0], [.infinity], [1e-9], [1, 1, 1, 0.01, 0.01, 0.01], [0.2, 5], [1e9]])
  func ends(_ slowness: [Double]) {
    let machine = Machine(1, slowness: slowness)
    let cost = Argon2Cost.fitting(machine.measure)
    #expect(machine.measured.count <= 12 * Argon2Cost.runs)
    #expect(Argon2Cost.memoryRange.contains(cost.memory) && Argon2Cost.passRange.contains(cost.passes))
    #expect(cost == .least || cost.passes >= Argon2Cost.recommended.passes)
  }

  @Test("no machine is so slow that a password costs less than the least")
  func least() { #expect(Argon2Cost.fitting { _ in 10_000 } == .least) }
}
