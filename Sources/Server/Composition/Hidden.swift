/// Personal data (a room id, an address): whatever prints it prints `‹hidden›`, so no log can hold it by mistake.
package struct Hidden<Value: Sendable>: Sendable, CustomStringConvertible, CustomDebugStringConvertible,
  CustomReflectable
{
  /// The value, for use; never for printing.
  package let value: Value

  package init(_ value: Value) { self.value = value }

  package var description: String { "‹hidden›" }
  package var debugDescription: String { description }
  package var customMirror: Mirror { Mirror(self, children: []) }
}

extension Hidden: Equatable where Value: Equatable {}
extension Hidden: Hashable where Value: Hashable {}
