import AccountServices
import Accounts
import ArgumentParser
import Bytes
import Foundation
import Server
import Store

struct AccountCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "account", abstract: "List, invite, sign out, delete accounts, or help somebody back in.",
    discussion: """
      Works beside a running node, at once. What people keep in their account is sealed by their browser: no command shows \
      it, or opens it.
      """,
    subcommands: [List.self, Invite.self, Reset.self, EndSessions.self, Delete.self])

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the accounts: names, days and second steps.")

    @OptionGroup var data: DataOptions

    func run() async throws {
      let archive = try await data.accounts()
      let accounts = try await AccountCommand.attempt { () async throws(AccountError) in try await archive.list() }
      AccountCommand.write(AccountTable(accounts: accounts).text)
    }
  }

  struct Invite: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a link with which somebody makes an account.",
      discussion: "For nodes with --registration invitation. The link works until it is used up or over.")

    @OptionGroup var data: DataOptions

    @Option(help: "Name or address of the node in the link. (default: localhost)")
    var host: String?

    @Option(help: "TCP port of the node. (default: 8443)")
    var port: Int?

    @Option(help: "Accounts that can be made with it, 1 to 1000.")
    var uses = 1

    @Option(help: "Days that it works, today included, 1 to 365.")
    var days = 7

    func validate() throws {
      guard (1...1000).contains(uses) else { throw ValidationError("--uses must be between 1 and 1000.") }
      guard (1...365).contains(days) else { throw ValidationError("--days must be between 1 and 365.") }
    }

    func run() async throws {
      let settings = try await Settings(file: data.config)
      let host = host ?? settings.string("host") ?? ServeOptions().host
      let port = try port ?? settings.integer("port") ?? ServeOptions().port
      let archive = try await data.accounts()
      let token = [UInt8].unpredictable(16)
      let invitation = AccountInvitationRecord(
        digest: NativeAccountCrypto.sha256(token), uses: uses, expires: Day(Day.today.number + days - 1))
      try await AccountCommand.attempt { () async throws(AccountError) in try await archive.invite(invitation) }
      AccountCommand.write(
        "https://\(RoomLink.authority(host, port))/account#invite=\(Base64URL.encode(token))\n")
    }
  }

  struct Reset: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Print a recovery code for an account whose owner cannot get in.",
      discussion: """
        Make sure that you know whom you give it to: it signs in once, without password and second step, and lets a new \
        password be set. It does not open what was kept in the account: that takes one of the owner's own recovery codes.
        """)

    @Argument(help: "Name of the account.")
    var name: String

    @OptionGroup var data: DataOptions

    func run() async throws {
      let name = try AccountCommand.name(name)
      let archive = try await data.accounts()
      let code = RecoveryCode(random: .unpredictable(RecoveryCode.randomBytes))
      let proof = NativeAccountCrypto.derive(code.characters, RecoveryCode.proofLabel)
      let record = RecoveryRecord(check: NativeAccountCrypto.sha256(proof), key: nil)
      try await AccountCommand.attempt { () async throws(AccountError) in try await archive.add(record, to: name) }
      AccountCommand.write(code.text + "\n")
    }
  }

  struct EndSessions: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "end-sessions", abstract: "Sign an account out on every device, at once.",
      discussion: """
        For when a device was lost and its owner cannot do it in the page. Password, second steps and recovery codes stay as \
        they are; calls go on: they do not belong to accounts.
        """)

    @Argument(help: "Name of the account.")
    var name: String

    @OptionGroup var data: DataOptions

    func run() async throws {
      let name = try AccountCommand.name(name)
      let archive = try await data.accounts()
      let ended = try await AccountCommand.attempt { () async throws(AccountError) in
        try await archive.endSessions(named: name)
      }
      FileHandle.standardError.write(Data("Signed out on \(ended) \(ended == 1 ? "device" : "devices").\n".utf8))
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Delete an account and all that belongs to it, at once.",
      discussion: "Whoever is signed in to it is signed out. Rooms go on: they do not belong to accounts.")

    @Argument(help: "Name of the account.")
    var name: String

    @OptionGroup var data: DataOptions

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
      let name = try AccountCommand.name(name)
      let archive = try await data.accounts()
      let found = try await AccountCommand.attempt { () async throws(AccountError) in
        try await archive.account(named: name)
      }
      guard let id = found?.id else { throw AccountCommand.failure(.notFound) }
      if !yes {
        AccountCommand.write("Delete the account of \(name.text) and everything in it? [y/N] ")
        guard readLine()?.lowercased() == "y" else { return }
      }
      try await AccountCommand.attempt { () async throws(AccountError) in try await archive.delete(id) }
      FileHandle.standardError.write(Data("Deleted.\n".utf8))
    }
  }

  private static func write(_ text: String) { FileHandle.standardOutput.write(Data(text.utf8)) }

  private static func name(_ text: String) throws -> AccountName {
    guard let name = AccountName(text) else { throw ValidationError("That is no name that an account can have.") }
    return name
  }

  private static func attempt<Value>(_ body: () async throws(AccountError) -> Value) async throws -> Value {
    do throws(AccountError) { return try await body() } catch { throw failure(error) }
  }

  private static func failure(_ error: AccountError) -> ValidationError {
    error == .notFound
      ? ValidationError("There is no account of that name. `tertulia account list` shows them.")
      : ValidationError("The database cannot be used now; the reason is above.")
  }
}

extension DataOptions {
  fileprivate func accounts() async throws -> AccountArchive {
    AccountArchive(store: try await store()) { error in
      FileHandle.standardError.write(Data((error.description + "\n").utf8))
    }
  }
}

/// Accounts as an operator sees them.
struct AccountTable {
  let accounts: [AccountSummary]

  var text: String {
    guard !accounts.isEmpty else { return "There is no account.\n" }
    let width = max(4, accounts.map(\.name.count).max() ?? 0)
    return pad("name", width) + "  made        last used   devices  second step\n"
      + accounts.map { account in
        let steps = (account.hasTOTP ? ["codes"] : []) + (account.passkeys > 0 ? ["\(account.passkeys) passkeys"] : [])
        return pad(account.name, width) + "  \(account.created)  \(account.used.map { "\($0)" } ?? "never     ")  "
          + pad("\(account.devices)", 9) + (steps.isEmpty ? "none" : steps.joined(separator: ", ")) + "\n"
      }.joined()
  }

  private func pad(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
