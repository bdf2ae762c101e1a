extension [UInt8] {
  /// A text's UTF-8. Going through its view would bring the standard library's indices of UTF-16 into the browser.
  package init(utf8 text: String) {
    guard let bytes = text.utf8.withContiguousStorageIfAvailable({ Self($0) }) else {
      preconditionFailure("a string that is not UTF-8")
    }
    self = bytes
  }
}
