import EventLog
import ValueStream

/// What deployments and incidents say of themselves, looked up once for each set of words.
struct DeliveryWords {
  /// What an event says.
  struct Said {
    /// The number of its service; 0 for none.
    var service = 0
    var succeeded = false
  }

  /// The names of services by number; the first is none.
  private(set) var services = [""]
  private var numbers: [String: Int] = [:]
  /// By the log's symbol of attributes; nil when that was not met yet.
  private var bySymbol: [Said?]

  init(_ view: borrowing LedgerView) {
    bySymbol = [Said?](repeating: nil, count: Int(view.log.symbolCount(in: .attributes)) + 1)
  }

  /// What an event with these attributes says.
  mutating func said(by symbol: UInt32, _ view: borrowing LedgerView) -> Said {
    guard Int(symbol) < bySymbol.count else { return Said() }
    if let known = bySymbol[Int(symbol)] { return known }
    let words = EventRows.words(symbol, view)
    var said = Said(succeeded: words[.outcome] == "succeeded")
    if let name = words[.service] {
      said.service = numbers[name] ?? services.count
      if said.service == services.count {
        numbers[name] = said.service
        services.append(name)
      }
    }
    bySymbol[Int(symbol)] = said
    return said
  }
}
