internal import Bytes
internal import MediaClient
internal import NIOCore
internal import NIOPosix
internal import NIOSSL
internal import RTCCore

/// Calls held on a server for a while, and what came of it.
package struct LoadRun {
  private let options: LoadOptions
  /// Told, now and then, how far it is.
  private let progress: @Sendable (String) -> Void

  /// `options` are valid.
  package init(_ options: LoadOptions, progress: @escaping @Sendable (String) -> Void) {
    self.options = options
    self.progress = progress
  }

  /// Joins, measures and leaves. Throws when the server cannot be used at all; what goes wrong with some is in the report.
  package func run() async throws(Fault) -> LoadReport {
    let signalling = MultiThreadedEventLoopGroup(numberOfThreads: 1)
    let found: Result<LoadReport, Fault>
    do throws(Fault) { found = .success(try await run(on: signalling.next())) } catch { found = .failure(error) }
    try? await signalling.shutdownGracefully()
    return try found.get()
  }

  private func run(on loop: any EventLoop) async throws(Fault) -> LoadReport {
    let tls = try makeTLS()
    let workers = try makeWorkers(try await probe(loop, tls))
    let crowd = Crowd(options, workers: workers, loop: loop, tls: tls)
    let ticking = loop.scheduleRepeatedTask(initialDelay: .milliseconds(200), delay: .milliseconds(200)) { _ in
      crowd.tick()
    }
    await crowd.gather(progress)
    let report = await measure(crowd, workers)
    ticking.cancel()
    await crowd.leave()
    for worker in workers { worker.stop() }
    guard report.served > 0 else { throw report.faults.max { $0.value < $1.value }?.key ?? .notConnected }
    return report
  }

  private func measure(_ crowd: Crowd, _ workers: [MediaWorker]) async -> LoadReport {
    var report = LoadReport()
    report.clients = options.clients
    report.rooms = options.rooms
    report.served = await crowd.servedCount()
    let drops = MachineCounters.bufferDrops
    await crowd.beginMeasuring()
    var usage = await Self.usage(workers)
    let start = MediaWorker.Fleet.now
    progress("\(report.served) of \(report.clients) participants are served; measuring ...")
    if report.served > 0 { await crowd.hold(for: options.duration, progress) }
    report.duration = MediaWorker.Fleet.now - start
    for (index, now) in await Self.usage(workers).enumerated() {
      usage[index] = TimeDelta(nanoseconds: now.nanoseconds - usage[index].nanoseconds)
    }
    let busiest = usage.max()?.seconds ?? 0
    report.generatorLoad = report.duration > .zero ? 100 * busiest / report.duration.seconds : 0
    report.bufferDrops = max(0, MachineCounters.bufferDrops - drops)
    progress("Measured; leaving ...")
    await crowd.endMeasuring(into: &report)
    return report
  }

  private static func usage(_ workers: [MediaWorker]) async -> [TimeDelta] {
    var times: [TimeDelta] = []
    for worker in workers { times.append(await worker.cpuTime()) }
    return times
  }

  private func makeTLS() throws(Fault) -> NIOSSLContext? {
    guard options.target.isNode else { return nil }
    var configuration = TLSConfiguration.makeClientConfiguration()
    if options.isInsecure { configuration.certificateVerification = .none }
    do { return try NIOSSLContext(configuration: configuration) } catch { throw .untrusted }
  }

  /// One connection, to learn whether the server is there, what it is, and its address.
  private func probe(_ loop: any EventLoop, _ tls: NIOSSLContext?) async throws(Fault) -> TransportAddress {
    let target = options.target
    let found: Result<TransportAddress, Fault> = await withCheckedContinuation { continuation in
      loop.execute {
        var channel: SignallingChannel?
        channel = SignallingChannel(target) { event in
          switch event {
          case .opened(let address):
            continuation.resume(returning: address.map { .success($0) } ?? .failure(.nonsense))
            channel?.close()
          case .ended(let fault): continuation.resume(returning: .failure(fault))
          case .message: break
          }
          channel = nil
        }
        channel?.connect(on: loop, tls: tls)
      }
    }
    return try found.get()
  }

  private func makeWorkers(_ server: TransportAddress) throws(Fault) -> [MediaWorker] {
    guard let source = server.localAddress else { throw .unreachable(options.target.place) }
    // With Janus a participant can have two clients.
    let capacity = 2 * (options.clients / options.threads + 1)
    var workers: [MediaWorker] = []
    var random = SystemRandomNumberGenerator()
    for _ in 0..<options.threads {
      workers.append(
        try MediaWorker(
          capacity: capacity, bind: source, seed: random.next(), loss: options.loss))
    }
    return workers
  }
}
