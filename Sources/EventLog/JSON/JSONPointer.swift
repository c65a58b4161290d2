/// A place in a document as RFC 6901 writes it: `/data/stages/0/name`; empty for the document itself.
public struct JSONPointer: Hashable, Sendable, CustomStringConvertible {
  /// The pointer's text.
  public private(set) var description: String

  /// The document itself.
  public static var root: JSONPointer { JSONPointer(description: "") }

  private init(description: String) { self.description = description }

  /// The place of a member of the object here. `~` and `/` in its name are escaped.
  public func appending(_ name: String) -> JSONPointer {
    var escaped = ""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "~": escaped += "~0"
      case "/": escaped += "~1"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return JSONPointer(description: description + "/" + escaped)
  }

  /// The place of an element of the array here.
  public func appending(_ index: Int) -> JSONPointer { JSONPointer(description: description + "/\(index)") }
}

extension JSONNode {
  /// The place, from here, of the value or member name whose word has an index of the tape. For messages: walks the document. O(n).
  public func pointer(to index: Int) -> JSONPointer {
    var node = self
    var pointer = JSONPointer.root
    descent: while node.index < index {
      if node.isObject {
        for (key, value) in node.members where value.endIndex > index {
          pointer = pointer.appending(String(decoding: key, as: UTF8.self))
          // The word before a value is its name's.
          if value.index >= index { return pointer }
          node = value
          continue descent
        }
      } else if node.isArray {
        for (place, element) in node.elements.enumerated() where element.endIndex > index {
          pointer = pointer.appending(place)
          node = element
          continue descent
        }
      }
      return pointer
    }
    return pointer
  }
}
