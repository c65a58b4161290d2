import Glibc

/// Another program, run with what it reads at hand before it starts and what it writes kept until it has ended.
///
/// Input and output are files without names: however much goes in and comes out, nobody waits for a full pipe.
enum ChildProcess {
  /// What came of it.
  struct Outcome {
    /// Its exit code; 128 and the signal's number when a signal ended it.
    var code: Int32
    var output: [UInt8]
    var errors: String
  }

  /// Runs a program, found on the PATH unless it is named by a path, and waits for it.
  ///
  /// - Returns: nil when it cannot be started: it is not there, or not a program.
  static func run(_ program: String, _ arguments: [String], input: [UInt8]) throws -> Outcome? {
    let files = try (0..<3).map { _ in try NamelessFile() }
    try files[0].write(input)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (target, file) in files.enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file.descriptor, Int32(target))
    }
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) }
    words.append(nil)
    defer { for word in words { free(word) } }
    var child = pid_t()
    guard posix_spawnp(&child, program, &actions, nil, words, environ) == 0 else { return nil }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { throw failure("waited for") }
    }
    // WIFSIGNALED and WEXITSTATUS are macros, which Swift does not see.
    let signal = status & 0x7F
    return Outcome(
      code: signal == 0 ? (status >> 8) & 0xFF : 128 + signal, output: try files[1].read(),
      errors: String(decoding: try files[2].read(), as: UTF8.self))
  }

  /// Runs this program again with other arguments, its output and errors those of this one, and waits for it. A damaged file that ends it
  /// does not end this one.
  ///
  /// - Returns: its exit code; 128 and the signal's number when a signal ended it.
  static func runAgain(_ arguments: [String]) throws -> Int32 {
    var words: [UnsafeMutablePointer<CChar>?] = (["vsl"] + arguments).map { strdup($0) }
    words.append(nil)
    // The report of a crash would be taken for ours.
    var variables: [UnsafeMutablePointer<CChar>?] = [strdup("SWIFT_BACKTRACE=enable=no")]
    var index = 0
    while let variable = environ[index] {
      if strncmp(variable, "SWIFT_BACKTRACE=", 16) != 0 { variables.append(strdup(variable)) }
      index += 1
    }
    variables.append(nil)
    defer { for word in words + variables { free(word) } }
    Output.flush()
    var child = pid_t()
    guard posix_spawn(&child, "/proc/self/exe", nil, nil, words, variables) == 0 else { throw failure("started") }
    var status: Int32 = 0
    while waitpid(child, &status, 0) < 0 {
      guard errno == EINTR else { throw failure("waited for") }
    }
    let signal = status & 0x7F
    return signal == 0 ? (status >> 8) & 0xFF : 128 + signal
  }

  fileprivate static func failure(_ verb: String) -> Failure {
    Failure(code: .unusable, message: "Another program cannot be \(verb): \(String(cString: strerror(errno))).")
  }

  /// A file without a name that goes away with the last who has it open.
  private final class NamelessFile {
    let descriptor: Int32

    init() throws {
      var path = Array("\(Output.environment("TMPDIR") ?? "/tmp")/vsl-XXXXXX".utf8CString)
      descriptor = mkstemp(&path)
      guard descriptor >= 0 else { throw failure("given files in \(Output.environment("TMPDIR") ?? "/tmp")") }
      unlink(path)
      _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }

    deinit { close(descriptor) }

    func write(_ bytes: [UInt8]) throws {
      var rest = bytes[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
        guard count > 0 || errno == EINTR else { throw failure("given its input") }
        rest = rest.dropFirst(max(count, 0))
      }
      lseek(descriptor, 0, SEEK_SET)
    }

    func read() throws -> [UInt8] {
      let size = lseek(descriptor, 0, SEEK_END)
      guard size >= 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw failure("read from") }
      var bytes = [UInt8](repeating: 0, count: Int(size))
      var start = 0
      while start < bytes.count {
        let count = bytes.withUnsafeMutableBytes {
          Glibc.read(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start)
        }
        guard count > 0 else { throw failure("read from") }
        start += count
      }
      return bytes
    }
  }
}
