// swift-tools-version: 6.1
import PackageDescription

let package = Package(
  name: "StatsModels",
  platforms: [.macOS(.v14)],
  products: [
    .library(name: "StatsModels", targets: ["StatsModels"]),
    .library(name: "Patsy", targets: ["Patsy"]),
    .library(name: "DataFrames", targets: ["DataFrames"]),
    .library(name: "SQLiteSource", targets: ["SQLiteSource"]),
    .library(name: "ADBCSource", targets: ["ADBCSource"]),
    .library(name: "SparkSource", targets: ["SparkSource"]),
    .executable(name: "mixedlm", targets: ["mixedlm"]),
  ],
  traits: [
    .trait(
      name: "SQLite", description: "SQLiteExecutor, by GRDB: models of tables of SQLite. The command has it."),
    .trait(
      name: "Spark",
      description: "SparkConnectExecutor, by gRPC: models of tables of Spark; minutes to build."),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/grpc/grpc-swift-2", from: "2.4.3"),
    .package(url: "https://github.com/grpc/grpc-swift-nio-transport", from: "2.9.2"),
  ],
  targets: [
    // Imports run only downward in this list.
    .systemLibrary(
      name: "COpenBLAS", pkgConfig: "openblas",
      providers: [.apt(["libopenblas-dev", "liblapacke-dev"]), .brew(["openblas"])]),
    .systemLibrary(
      name: "CZlib", pkgConfig: "zlib", providers: [.apt(["zlib1g-dev"]), .brew(["zlib"])]),
    .target(name: "ProgramStop"),
    .target(
      name: "LinearAlgebra", dependencies: ["COpenBLAS", "ProgramStop"],
      linkerSettings: [.linkedLibrary("lapacke", .when(platforms: [.linux]))]),
    .target(name: "Distributions"),
    .target(name: "DataFrames", dependencies: ["CZlib", "ProgramStop"]),
    .target(name: "Optimization", dependencies: ["LinearAlgebra"]),
    .target(name: "Patsy", dependencies: ["DataFrames", "LinearAlgebra", "ProgramStop"]),
    .target(name: "Statistics", dependencies: ["DataFrames", "Distributions"]),
    .target(
      name: "MixedModels", dependencies: ["Distributions", "LinearAlgebra", "Optimization"],
      exclude: ["Engine.md"]),
    .target(name: "SQLModels", dependencies: ["DataFrames", "Patsy"]),
    .target(
      name: "GeneralizedModels",
      dependencies: ["Distributions", "LinearAlgebra", "MixedModels", "Optimization"]),
    .target(
      name: "StatsModels",
      dependencies: [
        "DataFrames", "Distributions", "GeneralizedModels", "LinearAlgebra", "MixedModels",
        "Optimization", "Patsy", "ProgramStop", "SQLModels", "Statistics",
        .product(name: "OrderedCollections", package: "swift-collections"),
      ]),
    .target(
      name: "SQLiteSource",
      dependencies: [
        "DataFrames", "SQLModels",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
        .product(name: "GRDBSQLite", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
      ]),
    .target(name: "ArrowData", dependencies: ["SQLModels"]),
    .systemLibrary(name: "CADBC"),
    .target(name: "ADBCSource", dependencies: ["ArrowData", "CADBC", "SQLModels"]),
    .target(
      name: "SparkSource",
      dependencies: [
        "ArrowData", "SQLModels",
        .product(name: "GRPCCore", package: "grpc-swift-2", condition: .when(traits: ["Spark"])),
        .product(
          name: "GRPCNIOTransportHTTP2Posix", package: "grpc-swift-nio-transport",
          condition: .when(traits: ["Spark"])),
      ]),
    .executableTarget(
      name: "mixedlm",
      dependencies: [
        "ADBCSource", "SparkSource", "SQLiteSource", "StatsModels",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ]),

    .executableTarget(
      name: "mixedlm-bench",
      dependencies: [
        "DataFrames", "Distributions", "LinearAlgebra", "MixedModels", "Optimization", "StatsModels",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Benchmarks", exclude: ["peers"]),
    .target(name: "TestSupport", path: "Tests/TestSupport"),
    .target(
      name: "FuzzDrivers",
      dependencies: ["DataFrames", "LinearAlgebra", "Patsy", "StatsModels", "TestSupport"],
      path: "Tests/Fuzz/Drivers"),
    .executableTarget(
      name: "mixedlm-fuzz",
      dependencies: [
        "FuzzDrivers", .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz", exclude: ["Drivers"]),
    .testTarget(name: "LinearAlgebraTests", dependencies: ["LinearAlgebra", "TestSupport"]),
    .testTarget(
      name: "DistributionsTests", dependencies: ["Distributions", "TestSupport"],
      exclude: ["Fixtures"]),
    .testTarget(
      name: "StatisticsTests", dependencies: ["Statistics", "DataFrames", "TestSupport"]),
    .testTarget(
      name: "OptimizationTests", dependencies: ["Optimization", "LinearAlgebra"]),
    .testTarget(name: "DataFramesTests", dependencies: ["DataFrames", "TestSupport"]),
    .testTarget(
      name: "PatsyTests", dependencies: ["Patsy", "DataFrames", "LinearAlgebra", "TestSupport"]),
    .testTarget(
      name: "MixedModelsTests", dependencies: ["MixedModels", "LinearAlgebra", "TestSupport"]),
    .testTarget(
      name: "StatsModelsTests", dependencies: ["StatsModels", "LinearAlgebra", "TestSupport"]),
    .testTarget(
      name: "ParityTests", dependencies: ["StatsModels", "MixedModels", "Patsy", "TestSupport"]),
    .testTarget(
      name: "GeneralizedTests",
      dependencies: ["GeneralizedModels", "LinearAlgebra", "MixedModels", "StatsModels", "TestSupport"]),
    .testTarget(name: "RegressionTests", dependencies: ["StatsModels", "TestSupport"]),
    .testTarget(
      name: "SQLTests",
      dependencies: [
        "ADBCSource", "ArrowData", "SparkSource", "SQLModels", "SQLiteSource", "StatsModels", "TestSupport",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
      ]),
    .testTarget(name: "PicturesTests", dependencies: ["StatsModels", "TestSupport"]),
    .testTarget(name: "FuzzTests", dependencies: ["FuzzDrivers"]),
    .testTarget(
      name: "CommandTests",
      dependencies: [
        "StatsModels", "TestSupport", "mixedlm",
        .product(name: "GRDB", package: "GRDB.swift", condition: .when(traits: ["SQLite"])),
      ]),
  ],
  swiftLanguageModes: [.v6]
)

// Tests call optimised code and have no hot loops of their own: optimising them too would only lengthen the build.
for target in package.targets where target.type == .test {
  target.swiftSettings = [.unsafeFlags(["-Onone"])]
}
