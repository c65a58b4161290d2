// swift-tools-version: 6.1
import PackageDescription

// Built with `-sanitize=fuzzer` by tools/fuzz/run, apart from the product, which does not link without it.
let package = Package(
  name: "vsl-fuzz",
  dependencies: [.package(name: "value-stream-ledger", path: "../..")],
  targets: [
    .executableTarget(
      name: "vsl-fuzz",
      dependencies: [
        .product(name: "ValueStreamLedger", package: "value-stream-ledger"),
        .product(name: "ValueStreamLedgerTools", package: "value-stream-ledger"),
      ])
  ],
  swiftLanguageModes: [.v6]
)
