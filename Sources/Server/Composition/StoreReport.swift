package import Logging
package import Store

/// Tells an operator what became of the kept rooms. Numbers and words only: nothing is about one room.
package enum StoreReport {
  package static func log(_ news: ArchiveNews, to logger: Logger) {
    switch news {
    case .failing(let error, let pending):
      logger.error(
        "the database cannot be written: meetings go on, and what changed in kept rooms waits in memory. \(error)",
        metadata: ["reason": "\(error.word)", "pending": "\(pending)"])
    case .recovered:
      logger.notice("the database is written again; nothing was lost")
    case .noPlace:
      logger.warning(
        "a room was not kept: there are as many as --max-kept-rooms allows. `tertulia room list` shows them")
    case .unwritable(let error):
      logger.error("a room was not kept: it does not fit into the database, a fault of this program. \(error)")
    case .forgotten(let count):
      logger.info(
        "rooms forgotten that nobody had used for \(StoreLimits.unusedDays) days", metadata: ["rooms": "\(count)"])
    }
  }
}
