// swift-tools-version:6.2
import Foundation
import PackageDescription

/// Boundaries (docs/adr/0001-boundaries.md): a pure target lists only pure targets, and `Server` never lists
/// `MLS`, `SFrame` or `ClientCore`. `./test unit` reads this graph and refuses anything else.

let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .enableUpcomingFeature("ExistentialAny"),
  .enableUpcomingFeature("InternalImportsByDefault"),
  .enableUpcomingFeature("MemberImportVisibility"),
  .treatAllWarnings(as: .error),
]

/// The packet path runs through several modules and is generic: in a release all of its code may be specialised where a node
/// is put together (docs/adr/0009-egress-and-specialisation.md).
let onThePath = strict + [.unsafeFlags(["-enable-cmo-everything"], .when(configuration: .release))]
/// Modules compiled so have the same specialisations of the standard library; any copy will do.
let anyCopy = [LinkerSetting.unsafeFlags(["-Xlinker", "-z", "-Xlinker", "muldefs"], .when(configuration: .release))]

func product(_ name: String, _ package: String) -> Target.Dependency { .product(name: name, package: package) }

let hummingbird = product("Hummingbird", "hummingbird")
let crypto = product("Crypto", "swift-crypto")
let logging = product("Logging", "swift-log")
let grdb = product("GRDB", "GRDB.swift")

func target(
  _ name: String, _ dependencies: [Target.Dependency] = [], settings: [SwiftSetting] = strict,
  linking: [LinkerSetting] = []
) -> Target {
  .target(name: name, dependencies: dependencies, swiftSettings: settings, linkerSettings: linking)
}

func test(_ name: String, _ dependencies: [Target.Dependency]) -> Target {
  .testTarget(name: name, dependencies: dependencies, swiftSettings: strict)
}

let pure: [Target] = [
  target("Bytes", settings: onThePath, linking: anyCopy),
  target("RTCCore", ["Bytes"], settings: onThePath),
  target("Congestion", ["Bytes"], settings: onThePath),
  target("SFU", ["Bytes", "RTCCore", "Congestion"], settings: onThePath),
  target("Rooms", ["Bytes"]),
  target("Signaling", ["Bytes"]),
  target("SFrame", ["Bytes"]),
  target("MLSWire", ["Bytes"]),
  target("MLS", ["Bytes", "MLSWire"]),
  target("RoomRules", ["Bytes", "MLSWire"]),
  target("Delivery", ["Bytes", "MLSWire", "RoomRules"]),
  target("ClientCore", ["Bytes", "SFrame", "MLSWire", "MLS", "RoomRules"]),
  target("Accounts", ["Bytes", "Signaling"]),
]

let engines: [Target] = [
  .systemLibrary(name: "COpenSSL", pkgConfig: "openssl", providers: [.apt(["libssl-dev"])]),
  .systemLibrary(name: "CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
  target("AccountServices", ["Accounts", "Bytes", "Signaling", "CArgon2", crypto]),
  .target(name: "CLinuxNet"),
  .target(name: "CAllocations"),
  .target(name: "CBoringAEAD", dependencies: [crypto]),
  target("RTCSecurity", ["Bytes", "RTCCore", "CBoringAEAD", "COpenSSL"], settings: onThePath),
  target("SFURuntime", ["Bytes", "RTCCore", "RTCSecurity", "SFU", "CLinuxNet"], settings: onThePath),
  target("NativeCrypto", ["Bytes", "ClientCore", "SFrame", crypto]),
  target("NativeMLSCrypto", ["MLS", "MLSWire", crypto]),
  target("Store", ["Accounts", "Bytes", grdb]),
  target("MediaClient", ["Bytes", "RTCCore", "RTCSecurity", "SFU", "CLinuxNet"]),
  target(
    "LoadGenerator",
    [
      "Bytes", "CLinuxNet", "MediaClient", "RTCCore", "RTCSecurity", "SFU", "Signaling",
      product("NIOCore", "swift-nio"), product("NIOPosix", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
    ]),
]

let edges: [Target] = [
  target(
    "Server",
    [
      "AccountServices", "Accounts", "Bytes", "Delivery", "MLSWire", "RTCCore", "RTCSecurity", "RoomRules", "Rooms",
      "SFU", "SFURuntime", "Signaling", "Store", hummingbird, logging, crypto,
      product("HummingbirdTLS", "hummingbird"), product("NIOCore", "swift-nio"), product("NIOPosix", "swift-nio"),
      product("NIOHTTP1", "swift-nio"), product("NIOWebSocket", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
      product("NIOHTTPTypes", "swift-nio-extras"), product("NIOHTTPTypesHTTP1", "swift-nio-extras"),
      product("HTTPTypes", "swift-http-types"), product("ServiceLifecycle", "swift-service-lifecycle"),
    ]),
  .executableTarget(
    name: "tertulia",
    dependencies: [
      "Accounts", "AccountServices", "Server", "Signaling", "Store", "Bytes", "LoadGenerator", "MediaClient", logging,
      product("ArgumentParser", "swift-argument-parser"),
      product("Configuration", "swift-configuration"), product("ServiceLifecycle", "swift-service-lifecycle"),
    ],
    swiftSettings: strict),
  .executableTarget(
    name: "forwarding-bench",
    dependencies: ["Bytes", "RTCCore", "RTCSecurity", "SFU", "SFURuntime", "MediaClient", "CAllocations"],
    swiftSettings: strict),
  .executableTarget(
    name: "crowd-bench",
    dependencies: [
      "Bytes", "ClientCore", "LoadGenerator", "NativeCrypto", "NativeMLSCrypto", "RoomRules", "SFrame", crypto,
      product("NIOCore", "swift-nio"), product("NIOPosix", "swift-nio"), product("NIOSSL", "swift-nio-ssl"),
    ],
    swiftSettings: strict),
  .executableTarget(
    name: "login-bench", dependencies: ["Accounts", "AccountServices"], swiftSettings: strict),
  .executableTarget(
    name: "mls-peer", dependencies: ["Bytes", "MLS", "MLSWire", "NativeMLSCrypto"], swiftSettings: strict),
]

/// What several test targets share.
let support: [Target] = [
  .target(name: "DiskFaults", dependencies: [grdb], path: "Tests/DiskFaults", swiftSettings: strict)
]

let tests: [Target] = [
  test("BytesTests", ["Bytes"]),
  test("RTCCoreTests", ["Bytes", "RTCCore", "RTCSecurity"]),
  test("RTCSecurityTests", ["Bytes", "RTCCore", "RTCSecurity"]),
  test("CongestionTests", ["Bytes", "Congestion"]),
  test("SFUTests", ["Bytes", "RTCCore", "RTCSecurity", "SFU", "Congestion"]),
  test("MediaClientTests", ["Bytes", "RTCCore", "RTCSecurity", "SFU", "MediaClient"]),
  test(
    "LoadGeneratorTests",
    ["Bytes", "LoadGenerator", "MediaClient", "SFU", "Signaling", product("NIOCore", "swift-nio")]),
  test(
    "SimulationTests",
    [
      "Bytes", "RTCCore", "RTCSecurity", "SFU", "MediaClient", "SFrame", "MLSWire", "MLS", "RoomRules", "ClientCore",
      "Delivery", "NativeCrypto", "NativeMLSCrypto",
    ]),
  test(
    "SFURuntimeTests", ["Bytes", "RTCCore", "RTCSecurity", "SFU", "SFURuntime", "MediaClient", "CLinuxNet"]),
  test("RoomRulesTests", ["Bytes", "MLSWire", "RoomRules"]),
  test("StoreTests", ["Accounts", "Bytes", "DiskFaults", "Store", grdb]),
  test("RoomsTests", ["Bytes", "Rooms"]),
  test("SignalingTests", ["Bytes", "Signaling"]),
  test("SFrameTests", ["Bytes", "SFrame", "ClientCore", "NativeCrypto"]),
  test(
    "ClientCoreTests",
    [
      "Bytes", "SFrame", "MLSWire", "MLS", "RoomRules", "ClientCore", "Delivery", "NativeCrypto", "NativeMLSCrypto",
    ]),
  test("AccountsTests", ["Accounts", "Bytes", "Signaling"]),
  test("AccountServicesTests", ["Accounts", "AccountServices", "Bytes", "Signaling", "Store", crypto]),
  test("MLSTests", ["Bytes", "MLSWire", "MLS", "NativeMLSCrypto"]),
  test("DeliveryTests", ["Bytes", "Delivery", "MLSWire", "MLS", "NativeMLSCrypto", "RoomRules"]),
  test(
    "ServerTests",
    [
      "AccountServices", "Accounts", "Bytes", "DiskFaults", "MLS", "MLSWire", "NativeMLSCrypto", "RTCCore",
      "RoomRules", "Rooms", "SFU", "SFURuntime", "Server", "Signaling", "Store",
      logging, crypto,
      product("NIOCore", "swift-nio"), product("NIOEmbedded", "swift-nio"), product("NIOPosix", "swift-nio"),
      product("NIOSSL", "swift-nio-ssl"), product("ServiceLifecycle", "swift-service-lifecycle"),
    ]),
  test(
    "TertuliaTests",
    ["AccountServices", "Accounts", "Server", "Store", "tertulia", product("ArgumentParser", "swift-argument-parser")]),
]

let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
let present = (pure + engines + edges + support + tests).filter { target in
  let path = target.path ?? "\(target.type == .test ? "Tests" : "Sources")/\(target.name)"
  return FileManager.default.fileExists(atPath: root.appendingPathComponent(path).path)
}
let names = Set(present.map(\.name))

let package = Package(
  name: "tertulia",
  dependencies: (!names.isDisjoint(with: ["Server", "tertulia", "LoadGenerator"])
    ? [
      .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1"),
      .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.2"),
      .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.6"),
      .package(url: "https://github.com/apple/swift-nio-extras.git", from: "1.35.2"),
      .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0"),
      .package(url: "https://github.com/apple/swift-log.git", from: "1.16.2"),
      .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.2"),
      .package(
        url: "https://github.com/apple/swift-configuration.git", from: "1.4.0",
        traits: ["JSON", "YAML", "CommandLineArguments"]),
      .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.13.0"),
    ] : [])
    + (names.contains("Store")
      ? [.package(url: "https://github.com/groue/GRDB.swift.git", from: "7.10.0")] : [])
    + (names.contains("CBoringAEAD") || names.contains("NativeCrypto") || names.contains("NativeMLSCrypto")
      || names.contains("AccountServices")
      ? [.package(url: "https://github.com/apple/swift-crypto.git", from: "4.5.2")] : []),
  targets: present
)
