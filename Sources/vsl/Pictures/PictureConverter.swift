import Glibc

/// Turns specifications of Vega-Lite into SVG and PNG with vl-convert-python, which runs as another program and loads nothing from a network.
enum PictureConverter {
  /// What it can make.
  enum Format: String {
    case svg
    case png
  }

  /// The pictures of specifications, in their order.
  static func convert(_ specifications: [String], to format: Format) throws -> [[UInt8]] {
    guard !specifications.isEmpty else { return [] }
    var input: [UInt8] = []
    for specification in specifications {
      input += "\(specification.utf8.count)\n".utf8
      input += specification.utf8
    }
    let python = interpreter
    guard let outcome = try ChildProcess.run(python, ["-X", "utf8", "-c", script, format.rawValue], input: input),
      outcome.code != 127
    else { throw missing("\(python) cannot be started.") }
    if outcome.code == missingCode { throw missing("\(python) has no vl-convert-python.") }
    guard outcome.code == 0, let pictures = parts(outcome.output), pictures.count == specifications.count else {
      throw Failure(
        code: .refused,
        message: "vl-convert-python could not draw the picture (exit code \(outcome.code)): "
          + "\(outcome.errors.suffix(2000))\nWrite the specification with -o FILE.json to look at it.")
    }
    return pictures
  }

  /// $VSL_PYTHON, else the environment that tools/setup made beside the program, else what the PATH has.
  private static var interpreter: String {
    if let named = Output.environment("VSL_PYTHON") { return named }
    var buffer = [UInt8](repeating: 0, count: Int(PATH_MAX))
    let count = readlink("/proc/self/exe", &buffer, buffer.count)
    var folder = String(decoding: buffer.prefix(max(count, 0)), as: UTF8.self)
    while let slash = folder.lastIndex(of: "/") {
      folder = String(folder[..<slash])
      for path in folder.hasSuffix("/.build") ? ["\(folder)/venv"] : ["\(folder)/.build/venv"] {
        if access("\(path)/bin/python3", X_OK) == 0 { return "\(path)/bin/python3" }
      }
    }
    return "python3"
  }

  private static func missing(_ what: String) -> Failure {
    Failure(
      code: .refused,
      message: "SVG and PNG are drawn with vl-convert-python, and \(what) Install it: python3 -m pip install "
        + "vl-convert-python, and name its Python in VSL_PYTHON when it is not the one on the PATH; or write the Vega-Lite "
        + "specification with -o FILE.json, which needs nothing.")
  }

  /// Takes the output apart: a length on a line of its own before each picture.
  private static func parts(_ bytes: [UInt8]) -> [[UInt8]]? {
    var parts: [[UInt8]] = []
    var rest = bytes[...]
    while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
      guard let count = Int(String(decoding: rest[..<end], as: UTF8.self)), count >= 0, rest.endIndex - end > count
      else {
        return nil
      }
      parts.append(Array(rest[(end + 1)..<(end + 1 + count)]))
      rest = rest[(end + 1 + count)...]
    }
    return rest.isEmpty ? parts : nil
  }

  /// The exit code by which the script says that the module is missing.
  private static let missingCode: Int32 = 86

  private static let script = """
    import sys
    try:
        import vl_convert
    except ImportError:
        sys.exit(\(missingCode))
    source, target = sys.stdin.buffer, sys.stdout.buffer
    while line := source.readline():
        text = source.read(int(line)).decode()
        rules = {"vl_version": "5.20", "allowed_base_urls": []}
        svg = sys.argv[1] == "svg"
        picture = vl_convert.vegalite_to_svg(text, **rules).encode() if svg else vl_convert.vegalite_to_png(text, scale=2, **rules)
        target.write(b"%d\\n" % len(picture) + picture)
    """
}
