import Tables

/// A directly-follows graph as arcs along a line of nodes: down the line in the order that most of the work takes, skips to the right,
/// returns to the left. The wider the arrow, the more often.
enum Graph {
  /// More than these are not drawn.
  static let (maximumNodes, maximumEdges) = (24, 60)

  struct Edge: Equatable {
    var from: String
    var to: String
    var count: Double
  }

  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    guard let x = drawing.x, let target = drawing.series.first, let column = drawing.y.first else {
      throw drawing.lacks("columns from, to and a count")
    }
    var notes: [String] = []
    var edges: [Edge] = []
    for row in drawing.rows {
      guard let count = Measure.plain(drawing.cell(row, column)), count > 0 else { continue }
      let (from, to) = (drawing.cell(row, x), drawing.cell(row, target))
      edges.append(
        Edge(
          from: isNothing(from) ? "start" : Names.text(from), to: isNothing(to) ? "end" : Names.text(to), count: count))
    }
    let all = edges.count
    edges = Array(
      edges.enumerated().sorted {
        $0.element.count == $1.element.count ? $0.offset < $1.offset : $0.element.count > $1.element.count
      }.map(\.element).prefix(maximumEdges))
    var nodes = NodeOrder.of(edges)
    if nodes.count > maximumNodes {
      var weights: [String: Double] = [:]
      for edge in edges { for name in [edge.from, edge.to] { weights[name, default: 0] += edge.count } }
      let kept = Set(
        nodes.sorted { (weights[$0] ?? 0, $1) > (weights[$1] ?? 0, $0) }.prefix(maximumNodes))
      nodes.removeAll { !kept.contains($0) }
      edges.removeAll { !kept.contains($0.from) || !kept.contains($0.to) }
    }
    if edges.count < all { notes.append("The \(edges.count) most frequent of \(all) arrows; the table has them all.") }
    guard !edges.isEmpty else { return Drawn(VegaLite.empty(drawing.options)) }
    return Drawn(GraphLayout(nodes, edges, drawing.options).canvas(drawing.theme).specification, notes: notes)
  }

  private static func isNothing(_ value: Value) -> Bool { value == .null || value == .text("") }
}

/// The order of nodes in which little flows backward.
enum NodeOrder {
  /// Eades, Lin and Smyth, "A fast and effective heuristic for the feedback arc set problem" (1993), with weights: what nothing flows
  /// into goes first, what nothing flows out of last, else what gives most more than it gets. Ties go to what was met first. O(n² + n·m).
  static func of(_ edges: [Graph.Edge]) -> [String] {
    var names: [String] = []
    for edge in edges { for name in [edge.from, edge.to] where !names.contains(name) { names.append(name) } }
    var remaining = names
    var (front, back): ([String], [String]) = ([], [])
    while !remaining.isEmpty {
      var (into, out): ([String: Double], [String: Double]) = ([:], [:])
      let present = Set(remaining)
      for edge in edges where edge.from != edge.to && present.contains(edge.from) && present.contains(edge.to) {
        out[edge.from, default: 0] += edge.count
        into[edge.to, default: 0] += edge.count
      }
      if let sink = remaining.last(where: { out[$0] == nil && (into[$0] != nil || remaining.count == 1) }) {
        back.insert(sink, at: 0)
        remaining.removeAll { $0 == sink }
      } else if let source = remaining.first(where: { into[$0] == nil }) {
        front.append(source)
        remaining.removeAll { $0 == source }
      } else {
        var best = (name: remaining[0], surplus: -Double.infinity)
        for name in remaining {
          let surplus = (out[name] ?? 0) - (into[name] ?? 0)
          if surplus > best.surplus { best = (name, surplus) }
        }
        front.append(best.name)
        remaining.removeAll { $0 == best.name }
      }
    }
    return front + back
  }
}
