import Foundation
import Testing

/// vl-convert, which compiles Vega-Lite as browsers do: it knows what a specification may hold, and draws it.
enum Converter {
  /// What `tools/setup --for-tests` made, which `tools/test` names.
  private static var interpreter: String? { ProcessInfo.processInfo.environment["VSL_PYTHON"] }

  /// Where to leave pictures for looking at them; nil: nowhere.
  private static var pictures: String? { ProcessInfo.processInfo.environment["VSL_PICTURES"] }

  /// Leaves a test out, saying why, where there is no such Python.
  static var isNamed: ConditionTrait {
    .enabled(
      if: interpreter != nil,
      "VSL_PYTHON is not set: run tools/test, or tools/setup --for-tests and set it to .build/venv/bin/python3")
  }

  /// The pictures of specifications as SVG; fails with what vl-convert says when it fails or warns.
  static func svgs(_ specifications: [(name: String, text: String)]) throws -> [String] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("vsl-charts-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for (index, specification) in specifications.enumerated() {
      try Data(specification.text.utf8).write(to: folder.appendingPathComponent("\(index).json"))
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(interpreter))
    process.arguments = ["-X", "utf8", "-c", script, folder.path, pictures ?? ""] + specifications.map(\.name)
    let errors = folder.appendingPathComponent("errors")
    try Data().write(to: errors)
    process.standardError = try FileHandle(forWritingTo: errors)
    try process.run()
    process.waitUntilExit()
    let problem = String(decoding: try Data(contentsOf: errors), as: UTF8.self)
    try #require(process.terminationStatus == 0, "\(problem)")
    #expect(!problem.contains("WARN"), "\(problem)")
    return try specifications.indices.map {
      String(decoding: try Data(contentsOf: folder.appendingPathComponent("\($0).svg")), as: UTF8.self)
    }
  }

  private static let script = """
    import sys, pathlib, vl_convert
    folder, pictures, names = pathlib.Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
    for index, name in enumerate(names):
        text = (folder / f"{index}.json").read_text()
        svg = vl_convert.vegalite_to_svg(text, vl_version="5.20", show_warnings=True, allowed_base_urls=[])
        (folder / f"{index}.svg").write_text(svg)
        if pictures:
            target = pathlib.Path(pictures)
            target.mkdir(parents=True, exist_ok=True)
            (target / f"{name}.json").write_text(text)
            (target / f"{name}.png").write_bytes(vl_convert.vegalite_to_png(text, vl_version="5.20", scale=1.5, allowed_base_urls=[]))
    """
}
