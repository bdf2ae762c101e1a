import Accounts

/// Bodies of requests about accounts. The first byte says to which endpoint.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ size: Int) -> CInt {
  let bytes = Array(UnsafeRawBufferPointer(data, size))
  guard let first = bytes.first else { return 0 }
  let path = paths[Int(first) % paths.count]
  do throws(AccountError) {
    let request = try AccountRequest(post: path, body: Array(bytes.dropFirst()))
    visit(request)
  } catch {
    promise(error == .badRequest || error == .badName || error == .tooLarge, "a refusal that is about the body")
  }
  return 0
}

private let paths = [
  "register", "login", "login/totp", "login/passkey/begin", "login/passkey/finish", "login/recovery", "logout", "vault",
  "password", "totp/begin", "totp/confirm", "passkeys/finish", "recovery/renew", "devices/end", "devices/end-all",
]

private func visit(_ request: AccountRequest) {
  switch request {
  case .register(let registration):
    promise(registration.recovery.count <= AccountLimits.recoveryCodes, "as many codes as may be")
    visit(registration.name)
  case .login(let name, let secret, let device):
    promise(secret.count == 32 && 1...AccountLimits.label ~= device.utf8.count, "within the bounds")
    visit(name)
  case .writeVault(let sealed, let version):
    promise(sealed.count <= AccountLimits.vault && version >= 0, "a vault within its bounds")
  default: break
  }
}

private func visit(_ name: AccountName) {
  promise(2...32 ~= name.text.unicodeScalars.count, "a name within its bounds")
  promise(AccountName(name.text) == name, "a name is itself")
  promise(!name.skeleton.isEmpty && name.skeleton.unicodeScalars.count <= 32, "a name looks like something")
}
