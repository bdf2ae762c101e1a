import Foundation
package import Logging
import Signaling

/// Writes each log entry as one line of JSON to standard error.
package struct JSONLineHandler: LogHandler {
  package var logLevel = Logger.Level.info
  package var metadata: Logger.Metadata = [:]
  private let label: String

  package init(label: String) { self.label = label }

  package subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  package func log(event: LogEvent) {
    var members = [
      JSONMember("time", .string(Date.now.formatted(.iso8601))), JSONMember("level", .string(event.level.rawValue)),
      JSONMember("label", .string(label)), JSONMember("message", .string(event.message.description)),
    ]
    let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
    for (key, value) in all.sorted(by: { $0.key < $1.key }) { members.append(JSONMember(key, .string("\(value)"))) }
    FileHandle.standardError.write(Data(JSONValue.object(members).encoded() + [UInt8(ascii: "\n")]))
  }
}
