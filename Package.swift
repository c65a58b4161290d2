// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "value-stream-ledger",
  products: [
    .executable(name: "vsl", targets: ["vsl"]),
    .library(name: "ValueStreamLedger", targets: ["EventLog", "ValueStream", "Projections"]),
    .library(name: "ValueStreamLedgerTools", targets: ["Interchange", "Audit"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
  ],
  targets: [
    // Libraries of the system, and the thin shim over the one that is C++.
    .systemLibrary(name: "CLMDB", pkgConfig: "lmdb", providers: [.apt(["liblmdb-dev"])]),
    .systemLibrary(name: "CNettle", pkgConfig: "nettle", providers: [.apt(["nettle-dev"])]),
    .systemLibrary(name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"])]),
    .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CLibzip", pkgConfig: "libzip", providers: [.apt(["libzip-dev"])]),
    .systemLibrary(name: "CSimdjsonLibrary", pkgConfig: "simdjson", providers: [.apt(["libsimdjson-dev"])]),
    .target(name: "CSimdjson", dependencies: ["CSimdjsonLibrary"]),

    // Builds the files of Schemas/ into ValueStream.
    .executableTarget(name: "EmbedSchemasGenerator", path: "tools/embed-schemas/Generator"),
    .plugin(
      name: "EmbedSchemas", capability: .buildTool(), dependencies: ["EmbedSchemasGenerator"],
      path: "tools/embed-schemas/Plugin"),

    // Each layer imports only those above it.
    .target(name: "LMDB", dependencies: ["CLMDB"]),
    .target(name: "EventLog", dependencies: ["LMDB", "CSimdjson", "CNettle"]),
    .target(
      name: "ValueStream", dependencies: ["EventLog", .product(name: "Crypto", package: "swift-crypto")],
      plugins: ["EmbedSchemas"]),
    .target(name: "Tables", dependencies: ["CZlib", "CSQLite"]),
    .target(
      name: "Projections", dependencies: ["ValueStream", "Tables", .product(name: "Crypto", package: "swift-crypto")]),
    .target(name: "Interchange", dependencies: ["ValueStream", "CZlib"]),
    .target(name: "Charts", dependencies: ["Tables"]),
    .target(
      name: "Audit",
      dependencies: ["Projections", "Tables", "CLibzip", .product(name: "Crypto", package: "swift-crypto")]),
    .executableTarget(
      name: "vsl",
      dependencies: [
        "Projections", "Interchange", "Tables", "Charts", "Audit",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .executableTarget(
      name: "vsl-bench",
      dependencies: [
        "Projections", "ValueStream", "EventLog", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ], path: "tools/bench/vsl-bench"),
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .testTarget(name: "LMDBTests", dependencies: ["LMDB", "TestSupport"]),
    // Hashes are compared with those of another library.
    .testTarget(
      name: "EventLogTests",
      dependencies: ["EventLog", "TestSupport", .product(name: "Crypto", package: "swift-crypto")]),
    .testTarget(name: "ValueStreamTests", dependencies: ["ValueStream", "TestSupport"], exclude: ["Corpus"]),
    .testTarget(name: "TablesTests", dependencies: ["Tables", "CSQLite", "TestSupport"]),
    .testTarget(
      name: "AuditTests", dependencies: ["Audit", "TestSupport", .product(name: "Crypto", package: "swift-crypto")],
      resources: [.copy("Fixtures")]),
    .testTarget(name: "ChartsTests", dependencies: ["Charts"]),
    .testTarget(name: "ProjectionsTests", dependencies: ["Projections", "Interchange", "TestSupport"]),
    .testTarget(name: "InterchangeTests", dependencies: ["Interchange", "TestSupport"]),
    .testTarget(name: "vslTests", dependencies: ["vsl", "EventLog", "TestSupport"]),
  ],
  swiftLanguageModes: [.v6],
  cxxLanguageStandard: .cxx17
)
