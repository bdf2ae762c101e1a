import ArgumentParser
import Configuration
import Foundation
import SystemPackage

/// Where a setting comes from when no flag says it: the environment, then the file.
struct Settings {
  private let reader: ConfigReader

  /// `file` is a YAML file, or a JSON one by its extension. `variables` stand in for the process's own.
  init(file: String?, variables: [String: String]? = nil) async throws {
    let environment =
      variables.map { EnvironmentVariablesProvider(environmentVariables: $0) } ?? EnvironmentVariablesProvider()
    var providers: [any ConfigProvider] = [environment.prefixKeys(with: "tertulia")]
    let path = file ?? ConfigReader(provider: providers[0]).string(forKey: "config")
    if let path { providers.append(try await Self.provider(path)) }
    reader = ConfigReader(providers: providers)
  }

  func string(_ key: String) -> String? { reader.string(forKey: ConfigKey(key)) }

  func strings(_ key: String) -> [String]? { reader.stringArray(forKey: ConfigKey(key)) }

  /// A number that cannot be read is an error: the default would be a surprise.
  func integer(_ key: String) throws -> Int? {
    if let value = reader.int(forKey: ConfigKey(key)) { return value }
    guard reader.string(forKey: ConfigKey(key)) == nil else { throw ValidationError("\(key) must be a whole number.") }
    return nil
  }

  private static func provider(_ path: String) async throws -> any ConfigProvider {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw ValidationError("Cannot read the settings in \(path): is it a file that this user may read?")
    }
    try SettingsFile.check(text, path: path)
    do {
      if path.hasSuffix(".json") { return try await FileProvider<JSONSnapshot>(filePath: FilePath(path)) }
      return try await FileProvider<YAMLSnapshot>(filePath: FilePath(path))
    } catch {
      throw ValidationError("Cannot read the settings in \(path): \(error)")
    }
  }
}
