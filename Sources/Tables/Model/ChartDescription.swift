/// How a table is best looked at: which columns go where. Writers of pictures make a specification from it.
public struct ChartDescription: Sendable, Equatable {
  /// The form of a picture.
  public enum Form: String, Sendable {
    /// Bars, one for each row (stacked by `series`).
    case bars
    /// Lines over `x` (one for each of `y`, or for each value of `series`).
    case lines
    /// Areas stacked by `series` over `x`: cumulative flow.
    case areas
    /// A dot for each row.
    case dots
    /// The answer's histogram, with rules at the percentiles in columns `y`.
    case histogram
    /// Lines with mean and limits: a process behaviour chart. `y` holds value, mean, lower limit, upper limit; `series` the signals.
    case control
    /// Boxes along a line with the ladder of waiting and processing below: a value stream map.
    case ladder
    /// Nodes and arrows: `x` from, `series` to, `y` the count.
    case graph
    /// A line with widening bands: `y` from the lowest to the highest percentile.
    case fan
    /// Squares of `x` by `series`, coloured by `y`.
    case heat
  }

  /// The picture's name among the projection's pictures.
  public var name: String
  /// Its heading.
  public var title: String
  /// Its form.
  public var form: Form
  /// The column along the horizontal axis.
  public var x: String
  /// The columns along the vertical axis.
  public var y: [String]
  /// The column that tells series apart.
  public var series: String?
  /// Which of the answer's tables is drawn: 0 the first, 1 and up those of ``Answer/more``.
  public var table: Int

  /// Describes a picture.
  public init(
    name: String, title: String, form: Form, x: String, y: [String], series: String? = nil, table: Int = 0
  ) {
    self.name = name
    self.title = title
    self.form = form
    self.x = x
    self.y = y
    self.series = series
    self.table = table
  }
}
