import Foundation
import Store

extension Doctor {
  private static let day = 86_400.0
  /// Let's Encrypt renews at thirty days: less than two weeks left means that renewal does not work.
  private static let shortOfTime = 14 * day

  var certificates: [Finding] {
    guard let chain = options.tlsCertificate, let key = options.tlsKey else {
      return [
        Finding(
          "certificate", .warning, "No certificate is given: the node makes one, which browsers warn about.",
          "Give --tls-cert and --tls-key, for example from Let's Encrypt.")
      ]
    }
    guard let facts = probes.certificate(chain) else {
      return [
        Finding(
          "certificate", .failure, "The certificate in --tls-cert cannot be read.",
          "Give a PEM file with the whole chain that this user may read.")
      ]
    }
    return [validity(facts), names(facts), pair(chain, key)]
  }

  private func validity(_ facts: CertificateFacts) -> Finding {
    let left = facts.notAfter - probes.time
    if facts.notBefore > probes.time {
      return Finding("certificate", .failure, "The certificate is not valid yet.", "Look at the clock of this machine.")
    }
    if left <= 0 {
      return Finding("certificate", .failure, "The certificate has expired.", "Renew it and start the node again.")
    }
    let days = Int(left / Self.day)
    guard left < Self.shortOfTime else {
      return Finding("certificate", .good, "The certificate is valid for \(days) days more.")
    }
    return Finding(
      "certificate", .warning, "The certificate is valid for \(days) days only.",
      "Renew it; see why it was not renewed by itself.")
  }

  private func names(_ facts: CertificateFacts) -> Finding {
    facts.covers(options.host)
      ? Finding("certificate_names", .good, "The certificate is for the name in --host.")
      : Finding(
        "certificate_names", .failure, "The certificate is not for the name in --host: browsers will refuse it.",
        "Give the name that people use with --host, or a certificate for it.")
  }

  private func pair(_ chain: String, _ key: String) -> Finding {
    probes.isPair(chain: chain, key: key)
      ? Finding("certificate_key", .good, "The private key belongs to the certificate.")
      : Finding(
        "certificate_key", .failure, "The private key does not belong to the certificate, or cannot be read.",
        "Give the key that the certificate was made for with --tls-key, readable by this user.")
  }

  var dataFolder: Finding {
    guard let folder = probes.folder(options.data) else {
      return Finding("data_folder", .good, "The data folder does not exist yet: the node makes it.")
    }
    guard folder.isWritable else {
      return Finding(
        "data_folder", .failure, "The data folder cannot be written.", "Give a folder of the node's own with --data.")
    }
    guard folder.mode & 0o022 == 0 else {
      return Finding(
        "data_folder", .warning, "Others may write into the data folder, where the node's key is kept.",
        "chmod go-w on it.")
    }
    return Finding("data_folder", .good, "The data folder can be written, by this user alone.")
  }

  var database: Finding {
    do throws(StoreError) {
      guard let facts = try probes.database(options.data) else {
        return Finding("database", .good, "There is no database yet: the node makes it.")
      }
      let size = "\((facts.bytes + 1_023) >> 10) kB"
      return Finding(
        "database", .good,
        facts.isOlder
          ? "The database is sound, \(size), of an older version: the node brings it up to date when it starts."
          : "The database is sound, \(size).")
    } catch {
      return Finding("database", .failure, "The database cannot be used: \(error.word).", error.description)
    }
  }

  /// Room for the database and its log, and for a backup beside it.
  private static let space = 256 << 20

  var diskSpace: Finding? {
    guard let free = probes.freeSpace(options.data) else { return nil }
    guard free < Self.space else {
      return Finding("disk_space", .good, "There is room on the disk of the data folder: \(free >> 20) MB.")
    }
    return Finding(
      "disk_space", .warning, "The disk of the data folder is nearly full: \(free >> 20) MB are free.",
      "Make room. Meetings go on when it is full, but rooms, invitations and accounts are not kept.")
  }

  /// What the page cannot do without.
  private static let parts = ["worker/client.wasm", "worker/argon2.wasm", "app/main.js"]

  var webFolder: Finding {
    if let obstacle = probes.webObstacle(options.web) {
      return Finding("web_folder", .failure, obstacle, "`./run --build-only` builds it into .build/web.")
    }
    let missing = Self.parts.filter { !probes.hasFile(options.web + "/" + $0) }
    guard missing.isEmpty else {
      return Finding(
        "web_folder", .failure, "The page is not complete: \(missing.joined(separator: ", ")) is missing.",
        "`./run --build-only` builds it into .build/web.")
    }
    return Finding("web_folder", .good, "The page is complete.")
  }
}
