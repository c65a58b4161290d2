/// What read and write transactions can both do: look at tables. See the tables' own methods.
public protocol Transaction: ~Copyable {
  /// LMDB's handle; valid while the transaction lives.
  var handle: OpaquePointer { get }
}
