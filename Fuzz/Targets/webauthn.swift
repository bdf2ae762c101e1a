import Accounts

/// What an authenticator says, CBOR and all: reached by anybody who can open an account, and in part before any login.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeRawBufferPointer(data, size))
  visit(bytes)
  if let inner = attested(bytes) { visit(inner) }
  do throws(PasskeyError) {
    let client = try ClientData(bytes)
    promise(client.challenge.count == 32, "a challenge has 32 bytes")
  } catch {}
  var reader = CBORReader(bytes[...])
  do throws(CBORError) {
    try reader.skip()
    promise(reader.position > 0 && reader.position <= size, "a value that was passed has bytes")
  } catch {}
  return 0
}

private func attested(_ bytes: [UInt8]) -> [UInt8]? {
  do throws(PasskeyError) { return try PasskeyRegistration.authenticatorData(bytes) } catch { return nil }
}

private func visit(_ bytes: [UInt8]) {
  let data: AuthenticatorData
  do throws(PasskeyError) { data = try AuthenticatorData(bytes) } catch { return }
  promise(data.relyingParty.count == 32, "a digest has 32 bytes")
  guard let credential = data.credential else { return }
  promise(1...AccountLimits.credentialID ~= credential.id.count, "an id within its bounds")
  let key = credential.key
  promise(COSEKey(algorithm: key.algorithm, bytes: key.bytes) == key, "a key that can be kept")
}
