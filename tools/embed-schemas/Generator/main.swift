// Writes a Swift file that holds the texts of some files: OUTPUT INPUT…
#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

func stop(_ message: String) -> Never {
  let line = "embed-schemas: \(message)\n"
  _ = line.withCString { write(2, $0, strlen($0)) }
  exit(1)
}

func text(ofFile path: String) -> String {
  guard let file = fopen(path, "rb") else { stop("cannot read \(path)") }
  defer { fclose(file) }
  var bytes: [UInt8] = []
  var chunk = [UInt8](repeating: 0, count: 65_536)
  while true {
    let count = fread(&chunk, 1, chunk.count, file)
    if count == 0 { break }
    bytes += chunk[0..<count]
  }
  return String(decoding: bytes, as: UTF8.self)
}

guard CommandLine.arguments.count > 2 else { stop("needs an output file and input files") }
var code = """
  // Made from Schemas/ by tools/embed-schemas when the package is built; not to be edited.

  enum EmbeddedSchemas {
    static let files: [(name: String, text: String)] = [

  """
for path in CommandLine.arguments.dropFirst(2) {
  let name = path.split(separator: "/").last.map(String.init) ?? path
  let text = text(ofFile: path)
  // Three number signs: a schema holds neither """### nor \###.
  guard !text.contains("\"\"\"###"), !text.contains("\\###") else { stop("\(path) cannot be embedded") }
  code += "    (\n      \"\(name)\",\n      ###\"\"\"\n\(text)\n\"\"\"###\n    ),\n"
}
code += "  ]\n}\n"
guard let output = fopen(CommandLine.arguments[1], "wb") else { stop("cannot write \(CommandLine.arguments[1])") }
let written = code.withCString { fwrite($0, 1, strlen($0), output) }
guard fclose(output) == 0, written == code.utf8.count else { stop("cannot write \(CommandLine.arguments[1])") }
