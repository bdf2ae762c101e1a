import SFrame

// Inner functions for the official vectors; part of the module only when the vector tests build it.

/// Out: the header.
@c(vector_header_write)
func vectorHeaderWrite(_ keyID: UInt64, _ counter: UInt64) -> Int32 {
  mailbox.write(SFrameHeader(keyID: keyID, counter: counter).encoded())
}

/// In: base key. Out: key, then salt.
@c(vector_derive)
func vectorDerive(_ suite: Int32, _ keyID: UInt64, _ length: Int32) -> Int32 {
  guard let key = vectorKey(suite, keyID, length) else { return Status.badArgument.rawValue }
  return mailbox.write(key.key + key.salt.bytes)
}

/// In: base key, metadata, plaintext. Out: the sealed frame.
@c(vector_seal)
func vectorSeal(
  _ suite: Int32, _ keyID: UInt64, _ counter: UInt64, _ base: Int32, _ metadata: Int32, _ plaintext: Int32
) -> Int32 {
  guard let input = mailbox.read(base + metadata + plaintext), let key = vectorKey(suite, keyID, base),
    let sealed = try? key.seal(
      Array(input[Int(base + metadata)...]), counter: counter, metadata: Array(input[Int(base)..<Int(base + metadata)]),
      with: BoringCrypto.self)
  else { return Status.badArgument.rawValue }
  return mailbox.write(sealed)
}

/// In: base key, metadata, sealed frame. Out: the plaintext.
@c(vector_open)
func vectorOpen(
  _ suite: Int32, _ keyID: UInt64, _ counter: UInt64, _ base: Int32, _ metadata: Int32, _ sealed: Int32
) -> Int32 {
  guard let input = mailbox.read(base + metadata + sealed), let key = vectorKey(suite, keyID, base) else {
    return Status.badArgument.rawValue
  }
  guard
    let opened = try? key.open(
      Array(input[Int(base + metadata)...]), header: SFrameHeader(keyID: keyID, counter: counter),
      metadata: Array(input[Int(base)..<Int(base + metadata)]), with: BoringCrypto.self)
  else { return Status.badTag.rawValue }
  return mailbox.write(opened)
}

private func vectorKey(_ suite: Int32, _ keyID: UInt64, _ length: Int32) -> SFrameKey? {
  guard let suite = UInt16(exactly: suite).flatMap(SFrameSuite.init(rawValue:)), let base = mailbox.read(length) else {
    return nil
  }
  return try? SFrameKey.derive(suite, keyID: keyID, baseKey: base, with: BoringCrypto.self)
}
