import ValueStream

/// A number for stages of streams, in a flat table: what a pass over visits looks up for each of them.
struct StageTable {
  private let stageCount: Int
  private var places: [Int16]

  /// A table without any.
  init(_ view: borrowing LedgerView) {
    stageCount = view.stages.names.count
    places = [Int16](repeating: -1, count: stageCount * (Int(view.log.symbolCount(in: .stream)) + 1))
  }

  /// The place of a stage in a stream; nil for none.
  @inline(__always)
  subscript(stage: UInt32, stream: UInt16) -> Int? {
    let index = Int(stream) * stageCount + Int(stage)
    guard Int(stage) < stageCount, index < places.count, places[index] >= 0 else { return nil }
    return Int(places[index])
  }

  /// Gives the stages of a stream their places, in order.
  mutating func set(_ stages: [UInt32], of stream: UInt16) {
    for (place, stage) in stages.enumerated() {
      let index = Int(stream) * stageCount + Int(stage)
      if Int(stage) < stageCount, index < places.count { places[index] = Int16(truncatingIfNeeded: place) }
    }
  }

  /// The places of all stages, those that deliver too, in the definitions in force at the cut's instant; streams without one have none.
  static func defined(_ parts: AnswerParts, _ view: borrowing LedgerView) -> StageTable {
    var table = StageTable(view)
    for stream in 0...UInt16(truncatingIfNeeded: view.log.symbolCount(in: .stream)) {
      let definition = parts.rules.definition(of: stream, at: parts.cut.atMicros)
      table.set((definition?.stages ?? []).map(\.number), of: stream)
    }
    return table
  }
}

/// The stages of each stream in their order, without those that deliver: as the definition in force at the cut's instant has them, or,
/// without a definition, in the order of their first use.
struct StagePlaces {
  private var lists: [[UInt32]]
  private var isInDefinition: [Bool]
  private var table: StageTable

  /// Looks the streams up.
  ///
  /// - Parameter visits: where the order of streams without a definition is learnt from, in one pass; when nil, they have no stages.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView, learningFrom visits: ItemVisits? = nil) {
    let count = Int(view.log.symbolCount(in: .stream)) + 1
    lists = [[UInt32]](repeating: [], count: count)
    isInDefinition = [Bool](repeating: false, count: count)
    table = StageTable(view)
    for stream in 0..<count {
      guard let definition = parts.rules.definition(of: UInt16(stream), at: parts.cut.atMicros) else { continue }
      isInDefinition[stream] = true
      lists[stream] = definition.stages.filter { !$0.role.contains(.done) }.map(\.number)
    }
    if let visits, isInDefinition.contains(false) { learn(parts, view, visits) }
    for stream in 0..<count { table.set(lists[stream], of: UInt16(stream)) }
  }

  private mutating func learn(_ parts: AnswerParts, _ view: borrowing LedgerView, _ visits: ItemVisits) {
    let stageCount = view.stages.names.count
    let isKnown = isInDefinition
    let lanes = visits.fold(isSerial: false) {
      [Int64](repeating: .max, count: stageCount * isKnown.count)
    } _: { first, _, spans in
      for span in spans {
        guard Int(span.stream) < isKnown.count, !isKnown[Int(span.stream)], Int(span.stage) < stageCount else {
          continue
        }
        let index = Int(span.stream) * stageCount + Int(span.stage)
        first[index] = min(first[index], span.fromMicros)
      }
    }
    var first = [Int64](repeating: .max, count: stageCount * isKnown.count)
    for lane in lanes { for index in first.indices { first[index] = min(first[index], lane[index]) } }
    for stream in lists.indices where !isKnown[stream] {
      // Of two used first at one instant the name decides, so that the order of arrival does not.
      var named: [(micros: Int64, name: String, stage: UInt32)] = []
      for stage in 0..<stageCount where first[stream * stageCount + stage] != .max {
        named.append((first[stream * stageCount + stage], view.stages.name(UInt32(stage)) ?? "", UInt32(stage)))
      }
      lists[stream] = named.sorted { ($0.micros, $0.name) < ($1.micros, $1.name) }.map(\.stage)
    }
  }

  /// Whether a definition gives the order.
  @inline(__always)
  func isDefined(_ stream: UInt16) -> Bool { Int(stream) < isInDefinition.count && isInDefinition[Int(stream)] }

  /// The stages of a stream, in order.
  func stages(of stream: UInt16) -> [UInt32] { Int(stream) < lists.count ? lists[Int(stream)] : [] }

  /// How many they are.
  @inline(__always)
  func stageCount(of stream: UInt16) -> Int { Int(stream) < lists.count ? lists[Int(stream)].count : 0 }

  /// The place of a stage; nil when the stream's definition does not name it, or names it as one that delivers.
  @inline(__always)
  func place(of stage: UInt32, in stream: UInt16) -> Int? { table[stage, stream] }
}
