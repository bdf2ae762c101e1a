package import HTTPTypes

/// Headers of answers. They hold for a page that loads nothing from elsewhere, is in nobody's frame, and says nothing
/// about itself to anybody.
package enum SecurityHeaders {
  private static let contentSecurityPolicy = [
    "default-src 'none'", "script-src 'self' 'wasm-unsafe-eval'", "style-src 'self'", "img-src 'self' blob: data:",
    "media-src 'self' blob:", "connect-src 'self'", "worker-src 'self'", "font-src 'self'", "manifest-src 'self'",
    "base-uri 'none'", "form-action 'none'", "frame-ancestors 'none'", "require-trusted-types-for 'script'",
  ].joined(separator: "; ")

  /// What the page may use, and what nobody may, however the page was changed on its way.
  private static let permissionsPolicy =
    ([
      "autoplay", "camera", "clipboard-write", "display-capture", "fullscreen", "microphone", "picture-in-picture",
      "publickey-credentials-create", "publickey-credentials-get", "screen-wake-lock",
    ].map { "\($0)=(self)" }
    + [
      "accelerometer", "bluetooth", "clipboard-read", "encrypted-media", "geolocation", "gyroscope", "hid",
      "identity-credentials-get", "idle-detection", "keyboard-map", "local-fonts", "magnetometer", "midi", "payment",
      "serial", "storage-access", "sync-xhr", "usb", "xr-spatial-tracking",
    ].map { "\($0)=()" }).joined(separator: ", ")

  /// `isPublic`: the certificate is one that browsers believe. Promising HTTPS for a year with another would lock people out.
  package static func fields(isPublic: Bool) -> HTTPFields {
    var fields: HTTPFields = [
      .contentSecurityPolicy: contentSecurityPolicy,
      .xContentTypeOptions: "nosniff",
    ]
    for (name, value) in [
      ("Cross-Origin-Opener-Policy", "same-origin"), ("Cross-Origin-Embedder-Policy", "require-corp"),
      ("Cross-Origin-Resource-Policy", "same-origin"), ("Origin-Agent-Cluster", "?1"),
      ("Permissions-Policy", permissionsPolicy), ("Referrer-Policy", "no-referrer"), ("X-Frame-Options", "DENY"),
      ("X-Robots-Tag", "noindex"), ("X-DNS-Prefetch-Control", "off"),
    ] {
      if let name = HTTPField.Name(name) { fields[name] = value }
    }
    if isPublic { fields[.strictTransportSecurity] = "max-age=31536000" }
    return fields
  }

  /// The same without what browsers heed of documents alone: a page has a hundred parts, and these are a kilobyte each time.
  /// A worker's script keeps its policies.
  package static func ofParts(isPublic: Bool) -> HTTPFields {
    var fields = fields(isPublic: isPublic)
    for name in [
      "Cross-Origin-Opener-Policy", "Origin-Agent-Cluster", "Permissions-Policy", "X-Frame-Options", "X-Robots-Tag",
      "X-DNS-Prefetch-Control",
    ] {
      if let name = HTTPField.Name(name) { fields[name] = nil }
    }
    return fields
  }

  /// Whether what has this type is never a document of its own.
  package static func isPart(_ type: String?) -> Bool {
    guard let type = type?.split(separator: ";").first else { return false }
    return ["text/javascript", "text/css", "application/json", "application/wasm"].contains(type)
  }
}
