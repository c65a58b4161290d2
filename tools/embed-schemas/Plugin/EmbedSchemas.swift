import Foundation
import PackagePlugin

/// Builds the files of `Schemas/` into the program: the one source of what events look like, without a resource to find at run time.
@main
struct EmbedSchemas: BuildToolPlugin {
  func createBuildCommands(context: PluginContext, target: Target) throws -> [Command] {
    let schemas = context.package.directoryURL.appending(path: "Schemas")
    let events = schemas.appending(path: "events")
    let names = try FileManager.default.contentsOfDirectory(atPath: events.path).filter { $0.hasSuffix(".json") }
      .sorted()
    let inputs = [schemas.appending(path: "envelope.json")] + names.map { events.appending(path: $0) }
    let output = context.pluginWorkDirectoryURL.appending(path: "EmbeddedSchemas.swift")
    return [
      .buildCommand(
        displayName: "Embedding \(inputs.count) schemas",
        executable: try context.tool(named: "EmbedSchemasGenerator").url,
        arguments: [output.path] + inputs.map(\.path),
        inputFiles: inputs,
        outputFiles: [output])
    ]
  }
}
