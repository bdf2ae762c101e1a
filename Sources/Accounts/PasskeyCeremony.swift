import Bytes
import Signaling

/// Why a passkey's answer is refused. For tests: the page is told `wrong`.
package enum PasskeyError: Error, Equatable, Sendable {
  case malformed
  /// `webauthn.create` where `webauthn.get` was asked for, or the reverse.
  case otherCeremony
  case challenge
  case origin
  /// The page was in another page's frame.
  case framed
  case relyingParty
  case notPresent
  /// The person was not verified where that was needed.
  case notVerified
  case attestation
  case otherCredential
  case signature
  /// The counter did not go up: somebody has a copy of the authenticator (WebAuthn level 3 §6.1.1).
  case cloned
}

/// What both ceremonies must be about (WebAuthn level 3 §7).
package struct RelyingParty: Equatable, Sendable {
  /// A DNS name.
  package var id: String
  /// Scheme, host and port, as browsers write them.
  package var origin: String

  package init(id: String, origin: String) {
    self.id = id
    self.origin = origin
  }
}

/// Client data (WebAuthn level 3 §5.8.1): what the browser says, and the authenticator signs a hash of.
package struct ClientData: Equatable, Sendable {
  package enum Kind: String, Sendable {
    case create = "webauthn.create"
    case get = "webauthn.get"
  }

  package var kind: Kind
  /// 32 bytes of ours.
  package var challenge: [UInt8]
  package var origin: String
  package var isFramed: Bool

  package static let maximumBytes = 2048

  /// Stricter than the specification's reader: no name twice, no fraction.
  package init(_ bytes: [UInt8]) throws(PasskeyError) {
    guard bytes.count <= Self.maximumBytes else { throw .malformed }
    let value: JSONValue
    do { value = try JSONReader.read(bytes) } catch { throw .malformed }
    guard case .string(let type)? = value["type"], let kind = Kind(rawValue: type),
      case .string(let text)? = value["challenge"], let challenge = Base64URL.decode(text), challenge.count == 32,
      case .string(let origin)? = value["origin"]
    else { throw .malformed }
    self.kind = kind
    self.challenge = challenge
    self.origin = origin
    switch value["crossOrigin"] {
    case nil, .bool(false): isFramed = value["topOrigin"] != nil
    default: isFramed = true
    }
  }

  func check(_ kind: Kind, challenge: [UInt8], of party: RelyingParty) throws(PasskeyError) {
    guard self.kind == kind else { throw .otherCeremony }
    guard self.challenge.isEqualInConstantTime(to: challenge) else { throw .challenge }
    guard origin == party.origin else { throw .origin }
    guard !isFramed else { throw .framed }
  }
}

/// Making a passkey (WebAuthn level 3 §7.1), attestation `none`.
package enum PasskeyRegistration {
  /// The credential and its counter, when everything is right. `id` is what the page says; the authenticator must say the same.
  package static func verify<Crypto: AccountCrypto>(
    id: [UInt8], clientData: [UInt8], attestation: [UInt8], challenge: [UInt8], party: RelyingParty,
    by crypto: Crypto.Type
  ) throws(PasskeyError) -> (credential: AuthenticatorData.Credential, signCount: UInt32) {
    try ClientData(clientData).check(.create, challenge: challenge, of: party)
    let data = try AuthenticatorData(try authenticatorData(attestation))
    guard data.relyingParty == crypto.sha256(Array(party.id.utf8)) else { throw .relyingParty }
    guard data.isPresent else { throw .notPresent }
    guard let credential = data.credential else { throw .malformed }
    guard credential.id == id else { throw .otherCredential }
    return (credential, data.signCount)
  }

  /// The `authData` of an attestation object (§6.5.4) whose format is `none` and whose statement is empty.
  package static func authenticatorData(_ attestation: [UInt8]) throws(PasskeyError) -> [UInt8] {
    var format: String?
    var statement: Int?
    var data: [UInt8]?
    do throws(CBORError) {
      var reader = CBORReader(attestation[...])
      for _ in 0..<(try reader.readMap()) {
        switch (try reader.readText(), format, statement, data) {
        case ("fmt", nil, _, _): format = try reader.readText()
        case ("attStmt", _, nil, _):
          statement = try reader.readMap()
          guard statement == 0 else { throw .unsupported }
        case ("authData", _, _, nil): data = try reader.readBytes()
        default: throw .unexpected
        }
      }
      try reader.finish()
    } catch { throw error == .unsupported ? .attestation : .malformed }
    guard let data, statement != nil, let format else { throw .malformed }
    guard format == "none" else { throw .attestation }
    return data
  }
}

/// Signing in with a passkey (WebAuthn level 3 §7.2).
package enum PasskeyAssertion {
  /// The new counter, when everything is right. `needsVerification`: it stands for the password, too.
  package static func verify<Crypto: AccountCrypto>(
    clientData: [UInt8], authenticatorData: [UInt8], signature: [UInt8], key: COSEKey, signCount: UInt32,
    challenge: [UInt8], party: RelyingParty, needsVerification: Bool, by crypto: Crypto.Type
  ) throws(PasskeyError) -> UInt32 {
    try ClientData(clientData).check(.get, challenge: challenge, of: party)
    let data = try AuthenticatorData(authenticatorData)
    guard data.relyingParty == crypto.sha256(Array(party.id.utf8)) else { throw .relyingParty }
    guard data.isPresent else { throw .notPresent }
    guard data.isVerified || !needsVerification else { throw .notVerified }
    guard crypto.isValid(signature: signature, of: authenticatorData + crypto.sha256(clientData), by: key) else {
      throw .signature
    }
    // Synced passkeys have no counter and say 0.
    guard data.signCount > signCount || (data.signCount == 0 && signCount == 0) else { throw .cloned }
    return data.signCount
  }
}
