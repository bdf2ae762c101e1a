package import Accounts
internal import Foundation

extension Day {
  /// As the machine's clock says.
  package static var today: Day { Day(unixSeconds: Int64(Date.now.timeIntervalSince1970)) }
}
