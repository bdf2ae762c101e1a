import RTCCore

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  guard let parsed = parse(Array(UnsafeRawBufferPointer(data, size))) else { return 0 }
  for section in parsed.media { visit(section, of: parsed) }
  let text = parsed.text()
  // Bytes that are not UTF-8 grow when they become text that is.
  guard text.utf8.count <= SessionDescription.maximumLength else { return 0 }
  promise(parse(Array(text.utf8)) == parsed, "what is written reads back")
  return 0
}

private func parse(_ bytes: [UInt8]) -> SessionDescription? {
  do throws(SDPError) { return try SessionDescription(utf8: bytes) } catch { return nil }
}

private func visit(_ section: MediaDescription, of session: SessionDescription) {
  _ = session.transport(of: section)
  _ = session.allowsMixedExtensions(in: section)
  _ = section.extensionMap
  _ = section.isRejected
  for codec in section.codecs { _ = codec.parameter("apt") ?? section.retransmission(of: codec.payloadType)?.name }
  for source in section.sources { _ = section.retransmissionSSRC(of: source.ssrc) }
  for fingerprint in session.transport(of: section).fingerprints { _ = CertificateFingerprint(sdp: fingerprint.value) }
  for line in section.candidates {
    guard let candidate = try? ICECandidate(parsing: line) else { continue }
    promise((try? ICECandidate(parsing: candidate.text())) == candidate, "a written candidate is the candidate")
  }
}
